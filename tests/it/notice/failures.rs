//! A mail server that fails in every way: what is safe is repeated, what is not is reported, nothing hangs, and nothing
//! is said to anyone who did not prove who they are.

use std::time::{Duration, Instant};

use age::secrecy::SecretString;
use heldspace::{
    notice::{Cause, MailError, Sent, SentReport, Smtp, Stop},
    practice::{MailServer, Security},
};

use super::{
    sink::{Fault, Options, Sink, Stage},
    trust::{Trust, trusting},
    world::{PATIENCE, World, page},
};

/// Anna and Ben are sent one each through this sink, in a new world.
fn send(sink: &Sink, options: &Options) -> (World, SentReport) {
    let mut world = World::new();
    for member in ["anna", "ben"] {
        world.give(member, page(1, "First", "library"));
    }
    let report = send_in(&world, sink, options);
    (world, report)
}

fn send_in(world: &World, sink: &Sink, options: &Options) -> SentReport {
    let security = if options.implicit { Security::Implicit } else { Security::StartTls };
    let server = MailServer { host: "localhost".into(), port: sink.port, security, user: Some("pages".into()) };
    let mut smtp = Smtp::new(server, Some(SecretString::from("sesame".to_owned())), "example.org", PATIENCE);
    world.send(Cause::New, &mut smtp)
}

fn start(trust: &Trust, options: &Options) -> Sink {
    Sink::start(trust.server(), *options)
}

fn outcomes(report: &SentReport) -> Vec<&Sent> {
    report.members.iter().map(|(_, sent)| sent).collect()
}

#[test]
fn both_ways_of_tls_carry_one_message_each_over_one_connection() {
    let Some(trust) = trusting("notice::failures::both_ways_of_tls_carry_one_message_each_over_one_connection") else {
        return;
    };
    for implicit in [false, true] {
        let options = Options { implicit, ..Options::default() };
        let sink = start(&trust, &options);
        let (_, report) = send(&sink, &options);
        assert_eq!(outcomes(&report), [&Sent::Sent, &Sent::Sent]);
        let tos: Vec<String> = sink.taken().into_iter().map(|taken| taken.to).collect();
        assert_eq!(tos, ["anna@example.org", "ben@example.org"]);
        let said = sink.said();
        let hellos: Vec<_> = said.iter().filter(|line| line.starts_with("EHLO")).collect();
        assert_eq!(hellos.len(), if implicit { 1 } else { 2 }, "{said:?}");
        assert!(hellos.iter().all(|hello| *hello == "EHLO example.org"), "this machine's name is not said");
        let auth = said.iter().position(|line| line.starts_with("AUTH PLAIN ")).unwrap();
        assert!(implicit || said[..auth].contains(&"STARTTLS".to_owned()), "the password under TLS alone");
    }
}

#[test]
fn what_passes_is_tried_again_at_every_stage() {
    let Some(trust) = trusting("notice::failures::what_passes_is_tried_again_at_every_stage") else { return };
    let later = [
        Fault::Say("451 4.3.0 not now\r\n"),
        Fault::Say("421 closing\r\n"),
        Fault::Drop,
        Fault::Silence,
        Fault::Endless,
        Fault::Drip,
        Fault::Say("\u{1b}[2Jgarbage\r\n"),
    ];
    for stage in [Stage::Greeting, Stage::Ehlo, Stage::Auth, Stage::Mail, Stage::Rcpt, Stage::Data] {
        for fault in later {
            let options = Options { fault: Some((stage, fault)), times: 1, ..Options::default() };
            let sink = start(&trust, &options);
            let (_, report) = send(&sink, &options);
            assert_eq!(outcomes(&report), [&Sent::Sent, &Sent::Sent], "{stage:?} {fault:?}: {:?}", report.stopped);
            assert_eq!(sink.taken().len(), 2, "{stage:?} {fault:?}");
        }
    }
    let options = Options { fault: Some((Stage::Text, Fault::Say("452 full\r\n"))), times: 1, ..Options::default() };
    let sink = start(&trust, &options);
    assert_eq!(outcomes(&send(&sink, &options).1), [&Sent::Sent, &Sent::Sent], "it did not take the text, and said so");
    assert_eq!(sink.taken().len(), 2);
}

#[test]
fn what_does_not_pass_ends_after_some_rounds_and_is_whole_the_next_time() {
    let Some(trust) =
        trusting("notice::failures::what_does_not_pass_ends_after_some_rounds_and_is_whole_the_next_time")
    else {
        return;
    };
    for (stage, fault) in [
        (Stage::Greeting, Fault::Drop),
        (Stage::Rcpt, Fault::Say("450 greylisted\r\n")),
        (Stage::Text, Fault::Say("451 no\r\n")),
    ] {
        let options = Options { fault: Some((stage, fault)), ..Options::default() };
        let sink = start(&trust, &options);
        let (world, report) = send(&sink, &options);
        assert!(outcomes(&report).iter().all(|sent| matches!(sent, Sent::NotSent(_))), "{stage:?}: {report:?}");
        assert!(sink.taken().is_empty());
        let good = start(&trust, &Options::default());
        assert_eq!(outcomes(&send_in(&world, &good, &Options::default())), [&Sent::Sent, &Sent::Sent], "{stage:?}");
        assert!(world.named(Cause::New).is_empty());
    }
}

#[test]
fn after_the_text_left_nothing_is_repeated() {
    let Some(trust) = trusting("notice::failures::after_the_text_left_nothing_is_repeated") else { return };
    for fault in [
        Fault::Drop,
        Fault::Silence,
        Fault::Endless,
        Fault::Drip,
        Fault::Say("garbage\r\n"),
        Fault::Say("354 go on\r\n"),
    ] {
        let options = Options { fault: Some((Stage::Text, fault)), times: 1, ..Options::default() };
        let sink = start(&trust, &options);
        let (world, report) = send(&sink, &options);
        assert!(matches!(outcomes(&report)[..], [Sent::MayHaveBeenSent(_), Sent::Sent]), "{fault:?}: {report:?}");
        let before = sink.taken().len();
        assert!(world.named(Cause::New).is_empty());
        send_in(&world, &sink, &options);
        assert_eq!(sink.taken().len(), before, "{fault:?}: nobody got it twice");
        assert_eq!(world.plan(Cause::New).left_out.len(), 1, "and it is not forgotten");
        assert_eq!(outcomes(&world.send(Cause::Again, &mut super::world::Kept::default())).len(), 2);
        assert!(world.plan(Cause::New).left_out.is_empty());
    }
}

#[test]
fn a_person_who_is_refused_does_not_stop_the_others() {
    let Some(trust) = trusting("notice::failures::a_person_who_is_refused_does_not_stop_the_others") else { return };
    for stage in [Stage::Rcpt, Stage::Data, Stage::Text] {
        let fault = Fault::Say("550-5.1.1 no such\r\n550 5.1.1 person \u{1b}[2J\r\n");
        let options = Options { fault: Some((stage, fault)), times: 1, ..Options::default() };
        let sink = start(&trust, &options);
        let (world, report) = send(&sink, &options);
        let [Sent::Refused(reply), Sent::Sent] = outcomes(&report)[..] else { panic!("{stage:?} {report:?}") };
        assert!(reply.starts_with("550 5.1.1 no such 5.1.1 person") && !reply.contains('\u{1b}'), "{reply}");
        assert!(world.history().refused(&world.practice.members["anna"]).is_some());
        assert_eq!(world.named(Cause::New), ["anna"]);
    }
}

type Expected = fn(&MailError) -> bool;

#[test]
fn what_concerns_everyone_stops_at_once() {
    let Some(trust) = trusting("notice::failures::what_concerns_everyone_stops_at_once") else { return };
    let cases: [(Stage, Fault, Expected); 5] = [
        (Stage::Greeting, Fault::Say("554 go away\r\n"), |e| matches!(e, MailError::Refused { .. })),
        (Stage::StartTls, Fault::Say("454 not today\r\n"), |e| matches!(e, MailError::NoTls { .. })),
        (Stage::StartTls, Fault::Say("502 what?\r\n"), |e| matches!(e, MailError::NoTls { .. })),
        (Stage::Auth, Fault::Say("535 wrong\r\n"), |e| matches!(e, MailError::Login { .. })),
        (Stage::Mail, Fault::Say("553 not yours\r\n"), |e| matches!(e, MailError::Sender { .. })),
    ];
    for (stage, fault, expected) in cases {
        let options = Options { fault: Some((stage, fault)), ..Options::default() };
        let sink = start(&trust, &options);
        let (_, report) = send(&sink, &options);
        let Some(Stop::Mail(error)) = &report.stopped else { panic!("{stage:?}: {report:?}") };
        assert!(expected(error), "{stage:?}: {error:?}");
        let hellos = sink.said().iter().filter(|line| line.starts_with("EHLO")).count();
        assert!(hellos <= 2, "{stage:?}: it was tried once, in clear and under TLS");
        assert!(sink.taken().is_empty());
    }
}

#[test]
fn without_tls_or_with_a_wrong_certificate_nobody_is_named_and_no_password_said() {
    let Some(trust) =
        trusting("notice::failures::without_tls_or_with_a_wrong_certificate_nobody_is_named_and_no_password_said")
    else {
        return;
    };
    let stripped = Options { features: "250 8BITMIME\r\n", ..Options::default() };
    let sink = start(&trust, &stripped);
    let (_, report) = send(&sink, &stripped);
    assert!(matches!(report.stopped, Some(Stop::Mail(MailError::NoTls { .. }))), "{report:?}");
    let silent = |sink: &Sink| sink.said().iter().all(|line| !line.contains("AUTH") && !line.contains('@'));
    assert!(silent(&sink), "{:?}", sink.said());
    for implicit in [false, true] {
        for wrong in [Trust::for_host("localhost"), Trust::for_host("other.example.org")] {
            let options = Options { implicit, ..Options::default() };
            let sink = start(&wrong, &options);
            let (_, report) = send(&sink, &options);
            assert!(matches!(report.stopped, Some(Stop::Mail(MailError::Certificate { .. }))), "{report:?}");
            assert!(silent(&sink), "{:?}", sink.said());
        }
    }
    // What someone in between slips in before TLS is never taken for an answer under TLS.
    let slipped = "250-evil\r\n250 AUTH PLAIN\r\n250 ok\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 ok\r\n250 ok\r\n";
    let options = Options { fault: Some((Stage::StartTls, Fault::SayTooMuch(slipped))), ..Options::default() };
    let sink = start(&trust, &options);
    let (_, report) = send(&sink, &options);
    assert!(outcomes(&report).iter().all(|sent| matches!(sent, Sent::NotSent(_))), "{report:?}");
    assert!(silent(&sink));
}

#[test]
fn an_answer_out_of_turn_never_counts_for_a_message() {
    let Some(trust) = trusting("notice::failures::an_answer_out_of_turn_never_counts_for_a_message") else { return };
    for stage in [Stage::Ehlo, Stage::Mail, Stage::Rcpt, Stage::Data] {
        let fault = Fault::SayTooMuch("250 ok\r\n250 ok\r\n250 ok\r\n");
        let options = Options { fault: Some((stage, fault)), times: 1, ..Options::default() };
        let sink = start(&trust, &options);
        let (_, report) = send(&sink, &options);
        let certain = outcomes(&report).iter().filter(|sent| ***sent == Sent::Sent).count();
        assert!(sink.taken().len() >= certain, "{stage:?}: {report:?}");
    }
}

#[test]
fn a_server_that_is_slow_forever_holds_nobody_up() {
    let Some(trust) = trusting("notice::failures::a_server_that_is_slow_forever_holds_nobody_up") else { return };
    for fault in [Fault::Silence, Fault::Drip, Fault::Endless] {
        let options = Options { fault: Some((Stage::Greeting, fault)), ..Options::default() };
        let sink = start(&trust, &options);
        let begun = Instant::now();
        let (_, report) = send(&sink, &options);
        assert!(matches!(report.stopped, Some(Stop::Mail(MailError::Unreachable { .. }))), "{report:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", begun.elapsed());
    }
}

#[test]
fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let Some(trust) = trusting("notice::failures::an_address_beyond_ascii_needs_a_server_that_takes_it") else {
        return;
    };
    for (features, sent) in [(Options::default().features, 2), ("250-STARTTLS\r\n250 AUTH PLAIN\r\n", 1)] {
        let options = Options { features, ..Options::default() };
        let sink = start(&trust, &options);
        let mut world = World::new()
            .rewritten("content/members/anna/member.toml", "name = \"Anna\"\nemail = \"ünna@bücher.example\"\n");
        for member in ["anna", "ben"] {
            world.give(member, page(1, "First", "library"));
        }
        let report = send_in(&world, &sink, &options);
        assert_eq!(sink.taken().len(), sent, "{report:?}");
        if sent == 2 {
            assert_eq!(sink.taken()[0].to, "ünna@xn--bcher-kva.example");
            assert!(sink.taken()[0].text.contains("To: ünna@xn--bcher-kva.example\r\n"));
            assert!(sink.said().iter().any(|line| line.starts_with("MAIL FROM:<pages@example.org> SMTPUTF8")));
        } else {
            assert!(matches!(&report.members[0].1, Sent::Refused(why) if why.contains("SMTPUTF8")), "{report:?}");
        }
    }
}
