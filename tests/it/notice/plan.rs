//! Who gets a notice, and why; nobody twice for one cause, nobody left out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use heldspace::{
    notice::{Cause, LeftOut, Reason, Sent},
    practice::Closed,
};

use super::world::{Does, Kept, World, page};

const NOBODY: [&str; 0] = [];

#[test]
fn a_new_page_is_told_once_and_an_edited_one_not_at_all() {
    let mut world = World::new();
    assert_eq!(world.named(Cause::New), NOBODY, "nothing to read");
    world.give("anna", page(1, "First", "group"));
    assert_eq!(world.named(Cause::New), ["anna"]);
    let mut kept = Kept::default();
    assert!(world.send(Cause::New, &mut kept).stopped.is_none());
    assert_eq!((kept.letters.len(), world.named(Cause::New)), (1, vec![]));
    // Edited: same id, another title and another object; a new theme changes less.
    world.reading.pages.insert("anna".into(), vec![page(1, "First, corrected", "group")]);
    assert_eq!(world.named(Cause::New), NOBODY);
    let again = world.plan(Cause::Again);
    assert_eq!((again.notices.len(), again.notices[0].reason), (1, Reason::Again));
    // Taken back and given again is nothing new either.
    world.reading.pages.clear();
    world.give("anna", page(1, "First", "group"));
    assert_eq!(world.named(Cause::New), NOBODY);
    world.give("anna", page(2, "Second", "group"));
    assert_eq!(world.plan(Cause::New).notices[0].titles, ["Second"]);
}

#[test]
fn a_new_card_alone_is_no_cause_and_hides_nothing_new() {
    let mut world = World::new();
    world.give("anna", page(1, "For the group", "group"));
    world.give("anna", page(2, "Receipts", "message"));
    world.send(Cause::New, &mut Kept::default());
    world.rekey("anna", 50);
    // The group's page keeps its id, a message has another one in the new mailbox.
    world.reading.pages.insert("anna".into(), vec![page(1, "For the group", "group"), page(20, "Receipts", "message")]);
    assert_eq!(world.named(Cause::New), NOBODY);
    world.give("anna", page(21, "Receipts", "message"));
    world.give("anna", page(3, "For the group", "group"));
    assert_eq!(
        world.plan(Cause::New).notices[0].titles,
        ["Receipts", "For the group"],
        "each once, as often as it is new"
    );
    world.send(Cause::New, &mut Kept::default());
    assert_eq!(world.named(Cause::New), NOBODY);
}

#[test]
fn who_is_closed_or_asked_for_none_gets_none() {
    let mut world = World::new();
    for member in ["anna", "ben"] {
        world.give(member, page(1, "First", "library"));
    }
    let on = "2026-11-24".parse().unwrap();
    world.practice.members.get_mut("anna").unwrap().closed = Some(Closed { on, reason: None, keep_until: None });
    world.practice.members.get_mut("ben").unwrap().notices = false;
    let plan = world.plan(Cause::New);
    assert!(plan.notices.is_empty());
    assert!(matches!(&plan.left_out[..], [(person, LeftOut::AskedForNone)] if person.folder == "ben"));
}

#[test]
fn reminders_go_to_those_who_were_told_and_opened_nothing_since() {
    let mut world = World::new();
    for member in ["anna", "ben"] {
        world.give(member, page(1, "First", "library"));
    }
    let nobody_opened = |_: &_, _| false;
    assert_eq!(world.named(Cause::Remind(&nobody_opened)), NOBODY, "nobody was told yet");
    let mut kept = Kept::default();
    world.send(Cause::New, &mut kept);
    let ben = world.practice.members["ben"].mailbox.as_ref().unwrap().id;
    let last = world.history().last_sent(&world.practice.members["ben"]).unwrap();
    let only_ben = move |id: &_, since| *id == ben && since == last;
    assert_eq!(world.named(Cause::Remind(&only_ben)), ["anna"]);
    world.send(Cause::Remind(&only_ben), &mut kept);
    let [first, .., reminder] = &kept.letters[..] else { panic!() };
    let without_id = |letter: &[u8]| {
        let text = String::from_utf8(letter.to_vec()).unwrap();
        text.lines().filter(|line| !line.starts_with("Message-ID") && !line.starts_with("Date")).collect::<String>()
    };
    assert_eq!(without_id(&first.bytes), without_id(&reminder.bytes), "in the same words");
    assert_ne!(first.bytes, reminder.bytes, "with a Message-ID of its own");
}

#[test]
fn what_is_said_once_more_is_said_once_a_day() {
    let mut world = World::new();
    for member in ["anna", "ben"] {
        world.give(member, page(1, "First", "library"));
    }
    let nobody_opened = |_: &_, _| false;
    world.send(Cause::New, &mut Kept::default());
    let last = world.history().last_sent(&world.practice.members["ben"]).unwrap();
    world.now = last + 60;
    for cause in [Cause::Again, Cause::Remind(&nobody_opened)] {
        let plan = world.plan(cause);
        assert!(plan.notices.is_empty() && matches!(plan.left_out[..], [(_, LeftOut::JustTold(_)), _]));
    }
    // A page was corrected since.
    world.reading.released.as_mut().unwrap().issued = last + 30;
    assert_eq!(world.named(Cause::Again), ["anna", "ben"]);
    assert_eq!(world.named(Cause::Remind(&nobody_opened)), NOBODY);
    world.now = last + 24 * 60 * 60;
    assert_eq!(world.named(Cause::Remind(&nobody_opened)), ["anna", "ben"]);
}

#[test]
fn what_another_machine_has_told_is_not_told_again() {
    let mut world = World::new();
    world.give("anna", page(1, "First", "library"));
    world.history().take_over(&world.practice, &world.reading, &world.home, &world.keys).unwrap();
    assert_eq!(world.named(Cause::New), NOBODY);
    assert_eq!(world.named(Cause::Again), ["anna"]);
    world.give("anna", page(2, "Second", "library"));
    assert_eq!(world.plan(Cause::New).notices[0].titles, ["Second"]);
}

#[test]
fn what_a_server_refuses_is_kept_until_the_address_changes_or_a_notice_arrives() {
    let mut world = World::new();
    world.give("anna", page(1, "First", "library"));
    let report = world.send(Cause::New, &mut Kept { does: vec![Does::Refuse], ..Kept::default() });
    assert_eq!(report.members, [("anna".to_owned(), Sent::Refused("550 no such person".into()))]);
    assert_eq!(world.named(Cause::New), ["anna"], "she still does not know");
    let refused = |world: &World| world.history().refused(&world.practice.members["anna"]).cloned();
    assert_eq!(refused(&world).unwrap().reply, "550 no such person");
    world.practice.members.get_mut("anna").unwrap().email = "anna@example.com".into();
    assert_eq!(refused(&world), None);
    world.practice.members.get_mut("anna").unwrap().email = "anna@example.org".into();
    world.send(Cause::New, &mut Kept::default());
    assert_eq!((refused(&world), world.named(Cause::New)), (None, vec![]));
}

#[test]
fn what_is_put_off_is_tried_again_and_what_may_have_arrived_is_not() {
    let mut world = World::new();
    for member in ["anna", "ben"] {
        world.give(member, page(1, "First", "library"));
    }
    let mut kept = Kept { does: vec![Does::PutOff, Does::Lose, Does::PutOff], ..Kept::default() };
    let report = world.send(Cause::New, &mut kept);
    assert_eq!(report.members[0].1, Sent::Sent, "in the third round");
    assert_eq!(report.members[1].1, Sent::MayHaveBeenSent("closed".into()));
    let plan = world.plan(Cause::New);
    assert!(plan.notices.is_empty());
    assert!(matches!(&plan.left_out[..], [(person, LeftOut::Uncertain(_))] if person.folder == "ben"));
    let mut kept = Kept { does: vec![Does::PutOff; 6], ..Kept::default() };
    let report = world.send(Cause::Again, &mut kept);
    assert!(report.members.iter().all(|(_, sent)| matches!(sent, Sent::NotSent(said) if said == "450 later")));
    world.send(Cause::Again, &mut Kept::default());
    assert!(world.plan(Cause::New).left_out.is_empty(), "no more doubt");
}

#[test]
fn a_crash_between_leaving_and_the_answer_is_reported_and_not_repeated() {
    let mut world = World::new();
    world.give("anna", page(1, "First", "library"));
    let mut kept = Kept { does: vec![Does::Die], ..Kept::default() };
    assert!(catch_unwind(AssertUnwindSafe(|| world.send(Cause::New, &mut kept))).is_err());
    let plan = world.plan(Cause::New);
    assert!(plan.notices.is_empty() && matches!(plan.left_out[0].1, LeftOut::Uncertain(_)));
    assert!(world.history().uncertain(&world.practice.members["anna"]).is_some());
    world.give("anna", page(2, "Second", "library"));
    assert_eq!(world.plan(Cause::New).notices[0].titles, ["Second"], "what is new later is not held up");
}

#[test]
fn half_a_notice_that_a_crash_left_goes_and_nothing_else() {
    let outbox = tempfile::tempdir().unwrap();
    let names = [".heldspace-abc", ".hidden", "one.eml"];
    names.iter().try_for_each(|name| std::fs::write(outbox.path().join(name), "x")).unwrap();
    let _ = heldspace::notice::Outbox::at(outbox.path());
    assert_eq!(names.map(|name| outbox.path().join(name).exists()), [false, true, true]);
}
