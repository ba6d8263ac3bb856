//! heldspace on a terminal: a pseudo-terminal by `script`, what it says, and keys that are pressed.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

/// Longer than any answer takes, scrypt in a debug build included.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command in front of a person.
pub struct Pty {
    child: Child,
    keys: ChildStdin,
    said: Receiver<Vec<u8>>,
    screen: String,
    pid: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Pty {
    /// Runs heldspace on a terminal of 120 columns; `env` is set on top of a plain environment.
    pub fn run(root: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let heldspace = [env!("CARGO_BIN_EXE_heldspace"), "--root", root.to_str().unwrap()];
        Self::start(&[&heldspace, args].concat(), env)
    }

    /// Runs another program.
    pub fn of(command: &[&str]) -> Self {
        Self::start(command, &[])
    }

    fn start(command: &[&str], env: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let mut line = format!("stty rows 40 cols 120; echo $$ > {}; exec", quoted(pid.to_str().unwrap()));
        for arg in command {
            line.push(' ');
            line.push_str(&quoted(arg));
        }
        let mut child = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env_remove("NO_COLOR")
            .envs([("TERM", "xterm"), ("LC_ALL", "C"), ("SHELL", "/bin/sh")])
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is installed; tests/run installs it");
        let (keys, mut out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (say, said) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = out.read(&mut chunk) {
                if say.send(chunk[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keys, said, screen: String::new(), pid, _folder: folder }
    }

    /// Waits until `text` is on the screen, below what was waited for before.
    pub fn expect(&mut self, text: &str) {
        let at = loop {
            if let Some(at) = self.screen.find(text) {
                break at + text.len();
            }
            match self.said.recv_timeout(PATIENCE) {
                Ok(more) => self.screen.push_str(&String::from_utf8_lossy(&more)),
                Err(ended) => panic!("it never said {text:?} ({ended}): {:?}", self.screen),
            }
        };
        self.screen.drain(..at);
    }

    /// Presses keys; `\r` is Enter.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The process itself, for `/proc`.
    pub fn pid(&self) -> String {
        std::fs::read_to_string(&self.pid).unwrap_or_default().trim().to_owned()
    }

    /// Waits for the end: whether it went well, and what it said after what was waited for last.
    pub fn end(mut self) -> (bool, String) {
        let ended = loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(more) => self.screen.push_str(&String::from_utf8_lossy(&more)),
                Err(ended) => break ended,
            }
        };
        assert_eq!(ended, RecvTimeoutError::Disconnected, "it still waits: {:?}", self.screen);
        (self.child.wait().unwrap().success(), std::mem::take(&mut self.screen))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-9", &self.pid()]).stderr(Stdio::null()).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
