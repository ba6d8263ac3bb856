//! A mail server that takes everything, and fails where it is told to.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where a conversation stands when something is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Text,
}

/// What is done there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Say(&'static str),
    /// The answer, and something unasked behind it.
    SayTooMuch(&'static str),
    Drop,
    Silence,
    /// One byte after another, never a whole line.
    Endless,
    /// A byte now and then.
    Drip,
}

pub(crate) struct Sink {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    tls: Arc<ServerConfig>,
    implicit: bool,
    fault: Option<(Stage, Fault)>,
    /// How often the fault happens.
    times: AtomicUsize,
    features: &'static str,
    taken: Mutex<Vec<Taken>>,
    said: Mutex<Vec<String>>,
}

/// A message that was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) to: String,
    pub(crate) text: String,
}

#[derive(Clone, Copy)]
pub(crate) struct Options {
    pub(crate) implicit: bool,
    pub(crate) fault: Option<(Stage, Fault)>,
    pub(crate) times: usize,
    pub(crate) features: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        let features = "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n";
        Self { implicit: false, fault: None, times: usize::MAX, features }
    }
}

impl Sink {
    pub(crate) fn start(tls: Arc<ServerConfig>, options: Options) -> Self {
        let listener = TcpListener::bind("localhost:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let Options { implicit, fault, times, features } = options;
        let state = Arc::new(State {
            tls,
            implicit,
            fault,
            times: times.into(),
            features,
            taken: Mutex::default(),
            said: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                thread::spawn(move || state.talk(socket));
            }
        });
        Self { port, state }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    /// Every command that was heard, whoever said it.
    pub(crate) fn said(&self) -> Vec<String> {
        self.state.said.lock().unwrap().clone()
    }
}

/// The end of a conversation.
struct Over;

trait Talk: Read + Write + Send {}

impl<T: Read + Write + Send> Talk for T {}

impl State {
    fn talk(&self, socket: TcpStream) {
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = if self.implicit { self.under_tls(socket, true) } else { self.in_clear(socket) };
    }

    fn in_clear(&self, mut socket: TcpStream) -> Result<(), Over> {
        self.answer(&mut socket, Stage::Greeting, "220 mail.example.org\r\n")?;
        loop {
            let line = self.hear(&mut socket)?;
            match word(&line).as_str() {
                "EHLO" => {
                    self.answer(&mut socket, Stage::Ehlo, &self.greeting())?;
                }
                "STARTTLS" => {
                    self.answer(&mut socket, Stage::StartTls, "220 go\r\n")?;
                    return self.under_tls(socket, false);
                }
                _ => say(&mut socket, "530 Must issue a STARTTLS command first\r\n")?,
            }
        }
    }

    fn under_tls(&self, socket: TcpStream, greet: bool) -> Result<(), Over> {
        let session = ServerConnection::new(Arc::clone(&self.tls)).unwrap();
        let mut stream = StreamOwned::new(session, socket);
        if greet {
            self.answer(&mut stream, Stage::Greeting, "220 mail.example.org\r\n")?;
        }
        self.session(&mut stream)
    }

    fn session(&self, stream: &mut dyn Talk) -> Result<(), Over> {
        let mut to = String::new();
        loop {
            let line = self.hear(stream)?;
            match word(&line).as_str() {
                "EHLO" => {
                    self.answer(stream, Stage::Ehlo, &self.greeting().replace("250-STARTTLS\r\n", ""))?;
                }
                "AUTH" => {
                    self.answer(stream, Stage::Auth, "235 welcome\r\n")?;
                }
                "MAIL" => {
                    self.answer(stream, Stage::Mail, "250 ok\r\n")?;
                }
                "RCPT" => {
                    line.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut to);
                    self.answer(stream, Stage::Rcpt, "250 ok\r\n")?;
                }
                "DATA" => {
                    if self.answer(stream, Stage::Data, "354 go on\r\n")? {
                        self.text(stream, &to)?;
                    }
                }
                "RSET" => say(stream, "250 ok\r\n")?,
                "QUIT" => return say(stream, "221 bye\r\n"),
                _ => say(stream, "502 what?\r\n")?,
            }
        }
    }

    fn text(&self, stream: &mut dyn Talk, to: &str) -> Result<(), Over> {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n.\r\n") {
            text.push(byte(stream)?);
        }
        let says_no = matches!(self.fault, Some((Stage::Text, Fault::Say(reply))) if reply.starts_with(['4', '5']));
        let refused = says_no && self.times.load(Ordering::SeqCst) > 0;
        // As a real server: it is kept before it is acknowledged.
        if !refused {
            let text = String::from_utf8(text[..text.len() - 3].to_vec()).unwrap().replace("\r\n..", "\r\n.");
            self.taken.lock().unwrap().push(Taken { to: to.to_owned(), text });
        }
        self.said.lock().unwrap().push("(text)".into());
        self.answer(stream, Stage::Text, "250 taken\r\n").map(drop)
    }

    /// The answer, or the fault that is meant for this stage. Whether it was the answer.
    fn answer(&self, stream: &mut dyn Talk, stage: Stage, answer: &str) -> Result<bool, Over> {
        let fault = self.fault.filter(|(at, _)| *at == stage).map(|(_, fault)| fault);
        let Some(fault) = fault.filter(|_| self.takes_one()) else {
            say(stream, answer)?;
            return Ok(true);
        };
        match fault {
            Fault::Say(other) => say(stream, other)?,
            Fault::SayTooMuch(more) => say(stream, &format!("{answer}{more}"))?,
            Fault::Drop => return Err(Over),
            Fault::Silence => {
                let _ = byte(stream);
                return Err(Over);
            }
            Fault::Endless => loop {
                say(stream, &"2".repeat(4096))?;
            },
            Fault::Drip => loop {
                say(stream, "2")?;
                thread::sleep(Duration::from_millis(100));
            },
        }
        Ok(false)
    }

    fn takes_one(&self) -> bool {
        self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |times| times.checked_sub(1)).is_ok()
    }

    fn greeting(&self) -> String {
        format!("250-mail.example.org\r\n{}", self.features)
    }

    fn hear(&self, stream: &mut dyn Talk) -> Result<String, Over> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(byte(stream)?);
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        self.said.lock().unwrap().push(line.clone());
        Ok(line)
    }
}

fn say(stream: &mut dyn Talk, text: &str) -> Result<(), Over> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).map_err(|_| Over)
}

fn byte(stream: &mut dyn Talk) -> Result<u8, Over> {
    let mut one = [0];
    stream.read_exact(&mut one).map_err(|_| Over)?;
    Ok(one[0])
}

fn word(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_uppercase()
}
