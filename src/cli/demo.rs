//! `demo`: the sample practice, built and served on this machine.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::Serialize;

use super::{
    Common, Failure, Terminal,
    build::Build,
    context::{self, StoreArg},
    member::card::Card,
    notify::Notify,
    serve::stopped,
};
use crate::{
    keys::Root,
    practice::{Home, Practice, Way, edit::Edit, starter},
    publish,
    serve::{ServeError, ServeOptions, Server},
};

/// Members whose cards are shown: one in both groups, one of each, who between them have all there is.
const SHOWN: [&str; 3] = ["maya", "grete", "tobias"];

/// Try it: make the sample practice, build it, and serve it on this machine
///
/// What each member gets by e-mail lies in a folder beside it; open one of these files with any mail program. Its people
/// are invented, and its keys have no passphrase, so that every command can be tried on it.
///
/// Example: heldspace demo
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Demo {
    /// Make it in this folder rather than a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

#[derive(Serialize)]
struct Shown {
    name: String,
    link: String,
    passphrase: String,
}

impl Demo {
    pub async fn run(self, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(listen) = self.listen {
            // A port that is taken is told before anything is made.
            let busy = |source| ServeError::Listen { address: listen, source };
            drop(std::net::TcpListener::bind(listen).map_err(busy)?);
        }
        let dir = self.folder()?;
        let common = Common { root: dir.clone(), json: terminal.json, passphrase_file: None };
        terminal.note(format!("Making the sample practice in {} …", dir.display()));
        starter::write_sample(&dir)?;
        let home = Home::of(&dir);
        let keys = Root::random().keys(1);
        home.write_first_keys(&keys, None)?;
        let practice = context::practice(&common)?;
        let mut cards = Vec::new();
        for member in practice.members.values() {
            let card = Card::new(&keys, &member.folder);
            card.install(&common, &home)?;
            cards.push((member, card));
        }
        let build = Build { yes: true, verify: false, store: StoreArg { store: None } };
        let quiet = Terminal::quiet();
        build.publish(&common, &quiet).await?;
        let server = self.bind(&home).await?;
        let url = format!("http://{}", server.local_addr());
        if url != practice.site.address.links {
            let mut site = Edit::site(&dir)?;
            site.set_link_address(&url);
            site.save()?;
            build.publish(&common, &quiet).await?;
        }
        let practice = context::practice(&common)?;
        // It answers while the notices go out: they look whether a member would find the pages.
        let told = terminal.clone();
        let server = server.on_trouble(move |trouble| told.failure(trouble));
        let mut serving = tokio::spawn(server.run(stopped()));
        let notify = Notify { yes: true, ..Notify::default() };
        tokio::select! {
            sent = notify.run(&common, &quiet) => sent?,
            ended = &mut serving => return Ok(ended.map_err(|e| Failure::Runtime(e.into()))??),
        }
        let standing = context::standing(&common, &StoreArg { store: None }, &keys).await?;
        let mut shown = Vec::new();
        for (member, card) in SHOWN.iter().filter_map(|shown| cards.iter().find(|(member, _)| member.folder == *shown))
        {
            let mailbox = context::mailbox(&practice, context::member(&practice, &member.folder)?)?;
            let link = publish::notice_link(mailbox, &keys, standing).at(&practice.site.address.links);
            shown.push(Shown { name: member.name.clone(), link, passphrase: card.words().to_owned() });
        }
        show(&url, &practice, &shown, terminal);
        serving.await.map_err(|e| Failure::Runtime(e.into()))??;
        Ok(())
    }

    fn folder(&self) -> Result<PathBuf, Failure> {
        if let Some(dir) = &self.dir {
            if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(Failure::NotEmpty { folder: dir.display().to_string() });
            }
            return Ok(dir.clone());
        }
        let made = tempfile::Builder::new().prefix("heldspace-demo-").tempdir();
        let made = made
            .map_err(|source| crate::practice::files::FileError::Write { path: "a temporary folder".into(), source })?;
        Ok(made.keep())
    }

    /// The address asked for; else the usual one, or a free port where that is taken.
    async fn bind(&self, home: &Home) -> Result<Server, Failure> {
        let at = |listen: SocketAddr| Server::bind(ServeOptions::new(home.store(), listen, Vec::new()));
        if let Some(listen) = self.listen {
            return Ok(at(listen).await?);
        }
        match at(SocketAddr::from(([127, 0, 0, 1], 8080))).await {
            Ok(server) => Ok(server),
            Err(_) => Ok(at(SocketAddr::from(([127, 0, 0, 1], 0))).await?),
        }
    }
}

fn show(url: &str, practice: &Practice, members: &[Shown], terminal: &Terminal) {
    let dir = &practice.root;
    let notices = practice.site.mail.as_ref().and_then(|mail| match &mail.way {
        Way::Folder(folder) => Some(dir.join(folder)),
        Way::Server(_) => None,
    });
    terminal.data(&serde_json::json!({ "url": url, "members": members, "notices": notices }));
    terminal.line(format!("The open pages:  {url}/\n"));
    for member in members {
        terminal.line(format!(
            "{}\n  link        {}\n  passphrase  {}\n",
            terminal.strong(&member.name),
            member.link,
            terminal.strong(&member.passphrase)
        ));
    }
    if let Some(notices) = notices {
        terminal.line(format!("What they got by e-mail, as files:  {}\n", notices.display()));
    }
    terminal.line(format!(
        "Open a link in a browser and type the words. Other commands: heldspace --root {} show …",
        dir.display()
    ));
    terminal.line("Ctrl-C stops it.");
}
