//! What the preview shows before a build is what everyone's keys open after it.

use std::collections::BTreeSet;

use heldspace::{
    practice::{Home, HomeError},
    preview::{Admitted, Door, Knock, Room, data::Cell},
    publish::Past,
};

use serde_json::Value;

use super::{PEOPLE, World};
use crate::clock::date;

/// By person, title and document.
pub type Shown = BTreeSet<(String, String, String)>;

/// Let in as a browser is.
fn admitted() -> Admitted {
    let door = Door::new(1);
    let url = door.url();
    let path = url.strip_prefix("http://127.0.0.1:1").unwrap();
    door.admit(&Knock { path, host: Some("127.0.0.1:1"), ..Knock::default() }).unwrap().0
}

/// What a preview shows on a day; its first page also before everything was looked through.
pub fn foreseen(world: &World) -> Shown {
    let home = Home::of(world.site.root());
    let keys = home.keys::<HomeError>(|| unreachable!("the keys are bare")).unwrap();
    let admitted = admitted();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let today = date(world.now);
    runtime.block_on(async {
        let past = Past::read(world.site.root(), Some(keys)).await.unwrap();
        let room = Room::open(world.site.root().to_owned(), past, None, move || today).await.unwrap();
        room.check().await;
        let mut shown = Shown::new();
        for person in PEOPLE {
            let list = room.list(person, world.now).unwrap();
            for (entry, of) in list.view.entries.iter().zip(&list.files) {
                let page = room.page(person, &of.file, &admitted).unwrap();
                shown.insert((person.to_owned(), entry.title.clone(), page.html.unwrap()));
            }
        }
        let cells = room.matrix().unwrap();
        let reads = cells.rows.iter().flat_map(|row| &row.cells).filter(|cell| **cell != Cell::No);
        assert_eq!(reads.count(), shown.len(), "the matrix has a mark for each");
        // After a save the page that is looked at comes first, and says the same.
        room.read();
        for person in PEOPLE {
            let Some(of) = room.list(person, world.now).unwrap().files.into_iter().next_back() else { continue };
            let html = room.page(person, &of.file, &admitted).unwrap().html.unwrap();
            assert!(shown.iter().any(|(who, _, document)| who == person && *document == html));
        }
        shown
    })
}

/// What `show` says of everyone is what their keys open, since the day they did; and what went is told as gone.
pub fn is_shown(world: &World) {
    let now = world.seen.last_key_value().unwrap().1;
    for person in PEOPLE {
        let output = world.site.run(&["show", person, "--json"]);
        let of = |seen: &BTreeSet<(String, String)>| -> BTreeSet<String> {
            seen.iter().filter(|(who, _)| who == person).map(|(_, title)| title.clone()).collect()
        };
        if !output.status.success() {
            assert!(of(now).is_empty(), "{person}: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        }
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        let pages = shown["pages"].as_array().unwrap();
        let titles = |pages: &[Value]| -> BTreeSet<String> {
            pages.iter().map(|page| page["title"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(titles(pages), of(now), "{person}");
        for page in pages {
            let title = page["title"].as_str().unwrap();
            let had = world.seen.iter().rev().take_while(|(_, seen)| of(seen).contains(title));
            assert_eq!(page["version_since"].as_u64(), had.last().map(|(time, _)| *time), "{person}: {page}");
            assert!(page["since"].as_u64() <= page["version_since"].as_u64(), "{page}");
        }
        let number = |title: &str| title.split(" version").next().unwrap().to_owned();
        let ever: BTreeSet<String> = of(&world.ever).iter().map(|title| number(title)).collect();
        let still: BTreeSet<String> = of(now).iter().map(|title| number(title)).collect();
        let gone = titles(shown["withdrawn"].as_array().unwrap()).iter().map(|title| number(title)).collect();
        assert_eq!(ever.difference(&still).cloned().collect::<BTreeSet<_>>(), gone, "{person}");
    }
}
