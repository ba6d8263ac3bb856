//! Someone who once was a member: every key they ever had, against everything that was given after they left.

use std::collections::BTreeSet;

use heldspace::{seal::Identity, wire::Link};

use crate::{
    gate::world::shows_ticket,
    reader::Reader,
    served::Served,
    site::{Card, TestSite},
};

/// What a member could have written down on their last day.
struct Former {
    link: Link,
    notice: Link,
    reader: Reader,
    /// Their own identity, and that of every page and index part they could read.
    identities: Vec<Identity>,
    objects: BTreeSet<String>,
}

impl Former {
    fn of(site: &TestSite, card: &Card) -> Self {
        let store = site.store();
        let reader = Reader::unlock(&store, card).unwrap();
        let index = reader.index(&store).unwrap();
        let entries = reader.entries(&store);
        let named = index.parts.iter().chain(entries.iter().map(|entry| &entry.object));
        let (mut identities, mut objects) = (vec![reader.identity.clone()], BTreeSet::new());
        for object in named {
            let value = serde_json::to_value(object).unwrap();
            identities.push(value["identity"].as_str().unwrap().parse().unwrap());
            objects.insert(object.name.to_string());
        }
        let link = |text: &str| -> Link { text.trim().split_once('#').unwrap().1.parse().unwrap() };
        Self { link: link(&card.link), notice: link(&site.link("ann")), reader, identities, objects }
    }

    /// Fails if anything they have opens anything that was not theirs on their last day.
    fn opens_nothing_new(&self, site: &TestSite) {
        let mut tried = 0;
        for (path, bytes) in site.store_files() {
            let Some((folder, name)) = path.split_once('/') else { continue };
            let old = folder == "objects" && self.objects.contains(name)
                || path.starts_with(&format!("indexes/{}/", self.link.mailbox))
                || folder == "public";
            if !old {
                tried += 1;
                for identity in &self.identities {
                    assert!(identity.open(&bytes, 1 << 28).is_err(), "{path}");
                }
            }
        }
        assert!(tried > 5, "only {tried}");
    }

    /// Fails if the gate gives them anything that is not open to everyone.
    fn is_given_nothing(&self, site: &TestSite) {
        let served = Served::over(&site.store());
        let pass = self.reader.pass(&served.origin());
        let shown = [shows_ticket(&self.link.ticket), shows_ticket(&self.notice.ticket), pass, String::new()];
        // The signed head is for everyone.
        for (path, _) in site.store_files().into_iter().filter(|(path, _)| path != "head.json") {
            let mut targets = vec![format!("/{path}"), format!("/api/{path}")];
            if let Some(("mailboxes" | "indexes" | "keyrings", rest)) = path.split_once('/') {
                let mailbox = &rest[..32];
                targets.extend(["keyring", "index"].map(|what| format!("/api/mailboxes/{mailbox}/{what}")));
            }
            targets.extend(["keyring", "index"].map(|what| format!("/api/mailboxes/{}/{what}", self.link.mailbox)));
            for (target, fields) in targets.iter().flat_map(|target| shown.iter().map(move |fields| (target, fields))) {
                let reply = served.get(target, fields);
                // As in a flood, it may be told to wait.
                assert!(matches!(reply.status, 401 | 404 | 429), "{}: {target} with {fields}", reply.status);
            }
        }
    }
}

fn practice() -> (TestSite, Card) {
    let site = TestSite::empty().group("a");
    let ann = site.member("ann", &["a"]);
    site.member("ben", &["a"]);
    site.page("library/all.md", "# For all\n\nText.")
        .page("groups/a/one.md", "# One\n\nHello {{ member.name }}.")
        .page("members/ann/own.md", "# Own\n\nText.");
    site.build();
    (site, ann)
}

fn go_on(site: &TestSite) {
    site.page("library/all.md", "# For all\n\nOther text.")
        .page("library/later.md", "# Later\n\nText.")
        .page("groups/a/two.md", "# Two\n\nText.")
        .page("members/ben/own.md", "# Ben’s own\n\nText.");
    site.member("cam", &["a"]);
    site.build();
}

#[test]
fn a_closed_member_opens_nothing_that_came_later() {
    let (site, card) = practice();
    let former = Former::of(&site, &card);
    site.ok(&["member", "close", "ann", "--reason", "left", "--keep-until", "now", "--yes"]);
    site.build();
    go_on(&site);
    assert!(Reader::unlock(&site.store(), &card).is_none());
    former.opens_nothing_new(&site);
    former.is_given_nothing(&site);
}

#[test]
fn an_old_card_opens_nothing_that_came_after_the_new_one() {
    let (site, card) = practice();
    let former = Former::of(&site, &card);
    let new: Card = serde_json::from_str(&site.ok(&["member", "rekey", "ann", "--yes", "--json"])).unwrap();
    site.build();
    go_on(&site);
    assert!(Reader::unlock(&site.store(), &card).is_none());
    assert_eq!(Reader::unlock(&site.store(), &new).unwrap().entries(&site.store()).len(), 5);
    former.opens_nothing_new(&site);
    former.is_given_nothing(&site);
}
