//! A real mail server, Debian's postfix: started in a temporary folder, delivering into a mailbox that is read back.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use mail_parser::MessageParser;

use super::{practice::Served, trust::Trust};

const SERVICES: &str = "\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
";

struct Postfix {
    folder: tempfile::TempDir,
    port: u16,
}

/// As root, which postfix wants to begin with.
fn root(command: &str, args: &[&str]) -> Command {
    if rustix::process::geteuid().is_root() {
        let mut run = Command::new(command);
        run.args(args);
        return run;
    }
    let mut run = Command::new("sudo");
    run.arg("-n").arg(command).args(args);
    run
}

impl Postfix {
    fn start(trust: &Trust) -> Self {
        let folder = tempfile::Builder::new().prefix("heldspace-postfix-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let postfix = Self { folder, port };
        for part in ["etc", "queue", "data", "mail"] {
            fs::create_dir(postfix.path(part)).unwrap();
        }
        fs::write(postfix.path("cert.pem"), &trust.cert_pem).unwrap();
        fs::write(postfix.path("key.pem"), &trust.key_pem).unwrap();
        fs::write(postfix.path("etc/main.cf"), settings(postfix.folder.path())).unwrap();
        fs::write(postfix.path("etc/master.cf"), format!("127.0.0.1:{port} inet n - n - - smtpd\n{SERVICES}")).unwrap();
        for (owner, part) in [("postfix", "data"), ("nobody", "mail"), ("root", "etc"), ("root", "queue")] {
            let path = postfix.path(part);
            assert!(root("chown", &["-R", owner, path.to_str().unwrap()]).status().unwrap().success());
        }
        postfix.run("start");
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{}", postfix.log());
            thread::yield_now();
        }
        postfix
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    fn run(&self, what: &str) {
        let etc = self.path("etc");
        // Its output would keep a pipe open for as long as the server runs.
        let out = fs::File::create(self.path(&format!("{what}.out"))).unwrap();
        let ran = root("postfix", &["-c", etc.to_str().unwrap(), what]).stderr(out).status().unwrap();
        let said = fs::read_to_string(self.path(&format!("{what}.out"))).unwrap();
        assert!(ran.success(), "{said}{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Every message that was delivered to `user`, once there are so many in all.
    fn delivered(&self, count: usize) -> Vec<(String, Vec<u8>)> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let found: Vec<_> = crate::site::files_below(&self.path("mail"))
                .into_iter()
                .filter(|(path, _)| path.contains("/new/"))
                .collect();
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < deadline, "{}", self.log());
            thread::yield_now();
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let etc = self.path("etc");
        let _ = root("postfix", &["-c", etc.to_str().unwrap(), "abort"]).output();
    }
}

fn settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n\
         mail_owner = postfix\nsetgid_group = postdrop\nmyhostname = mail.example.org\nmydestination =\n\
         inet_interfaces = loopback-only\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
         smtpd_tls_cert_file = {folder}/cert.pem\nsmtpd_tls_key_file = {folder}/key.pem\n\
         smtpd_tls_security_level = encrypt\nvirtual_mailbox_domains = example.org\n\
         virtual_mailbox_base = {folder}/mail\nvirtual_minimum_uid = 1\n\
         virtual_mailbox_maps = inline:{{m0@example.org=m0/ m1@example.org=m1/}}\n\
         virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\nalias_maps =\nalias_database =\n\
         maillog_file = {folder}/log\nmaillog_file_prefixes = {folder}\n"
    )
}

#[test]
fn a_real_server_delivers_each_notice_and_says_who_does_not_exist() {
    let trust = Trust::for_host("localhost");
    let postfix = Postfix::start(&trust);
    let mail = format!(
        "[mail]\nfrom = \"pages@example.org\"\nfrom_name = \"Pages\"\nserver = \"localhost\"\nport = {}\nsecurity = \"starttls\"\n",
        postfix.port
    );
    let served = Served::new(3, &mail, &trust);
    let output = served.notify(&["--yes"]);
    assert_eq!(output.status.code(), Some(1), "m2 has no mailbox there: {}", String::from_utf8_lossy(&output.stderr));
    let delivered = postfix.delivered(2);
    assert_eq!(delivered.len(), 2);
    for (path, bytes) in &delivered {
        let member = path.split('/').next().unwrap();
        let message = MessageParser::new().parse(bytes).unwrap();
        assert_eq!(message.to().unwrap().first().unwrap().address(), Some(format!("{member}@example.org").as_str()));
        assert_eq!(message.subject(), Some("A new page is ready"));
        assert!(message.body_text(0).unwrap().contains(&served.site.link(member)), "the link of {member}");
        assert!(!message.header_raw("Received").unwrap().contains("heldspace"));
    }
    let list = served.site.ok(&["member", "list"]);
    assert!(list.contains("refused by the mail server on 2") && list.contains(": 550 "), "{list}");
    assert_eq!(list.matches("refused by").count(), 1);
    let again = served.sent(&["--yes"]);
    assert_eq!((again["planned"].as_u64(), &again["members"][0]["member"]), (Some(1), &"m2".into()));
}
