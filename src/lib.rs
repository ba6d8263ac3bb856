//! heldspace: therapists write to their groups in Markdown; each member, and nobody else, reads it.
//!
//! This page is the map of the house.
//!
//! ```text
//!  author's machine                                   host (ciphertext only)         member's browser
//!  content/*.md → Page → RenderedPage → Plaintext ─┐
//!  members      → Index (one each, signed) ────────┼→ Publication → store → host → gate ──→ keyring → index → page
//!  open pages, theme, viewer → plain files ────────┘                  │
//!  audit ←── who opened what ←─────────────────────── audit log ──────┘
//!  notices (SMTP) ─────────────────────────────────────────────────→ an e-mail that says nothing
//! ```
//!
//! | stage | takes | gives | must not know |
//! |---|---|---|---|
//! | [`content`] | the practice's folder | [`content::Page`], or every mistake at once | keys, how a page will look |
//! | [`block`] | a fenced block with TOML in it | a [`block::Block`]: a form as data, or every mistake at once | members, answers, keys |
//! | [`attachment`] | a link in a page, or the hour of its session | a file that goes with it, or why not | members, keys |
//! | [`roster`] | a spreadsheet of people, the practice | who is new, or every mistake at once | keys; writes nothing |
//! | [`writing`] | a template for new pages, what is known | drafts to be written, or every mistake at once | keys; writes nothing |
//! | [`render`] | a page, a reader, a theme | [`render::RenderedPage`], or [`render::OpenFile`] | keys, a store, a clock |
//! | [`check`] | pages, a theme | every mistake and remark, before anyone is given anything | keys, a store; it writes nothing |
//! | [`seal`] | a rendered page, a mailbox, [`keys`] | age files and the index that names them | folders, templates, a host |
//! | [`publish`] | all of these, and what was given before | a plan to show, and then a publication | how to ask anyone |
//! | [`preview`] | the practice as it lies here, what was given before | each page as each member would see it, to one browser here | what to decide: [`publish`] does; it writes nothing |
//! | [`host`] | paths and bytes | the same, from somewhere else | what a file means; whom to believe |
//! | [`store`] | paths and bytes | the same bytes | what a file means |
//! | [`record`] | each release, before it is given | who could read which version from when to when | a host, a folder of content |
//! | [`serve`] | HTTP requests, a store | ciphertext for tickets and passes; what members send, kept | how to read any of it |
//! | [`notice`] | what members can read, what they were told | e-mails that say nothing | how to ask; what a page says |
//! | [`audit`] | the host's log, what was seen of it | who opened what, and what is wrong with the log | whom to believe but its own memory |
//! | [`inbox`] | sealed answers from a host that may lie | answers that members signed, in the words that were asked; or why not | whom to believe but a signature |
//! | [`standin`] | the practice's people and record; or a colleague's key, and a host that may lie | a brief for whoever stands in; there, what members sent | the practice's keys; how to ask |
//! | [`export`] | the record, a person | everything that they were given, as plain files | how to ask; it writes nothing |
//! | [`results`] | what was asked, the answers that stand | tallies, scores, texts, who has not answered | how to ask; it writes nothing |
//! | [`doctor`] | the practice as it lies here | what is amiss, and how to mend it | keys; it changes nothing |
//! | [`viewer`] | | the browser's program, to publish | |
//!
//! [`wire`] has the formats that both sides know; [`practice`] the folder with its people, registers, keys and state, and the
//! one writer of its files; [`clock`] the therapist's days; [`cli`] the commands, the one place that prints, and the one that waits.
//!
//! # What always holds
//! - A member's plaintext can't be published: [`render::RenderedPage`] is taken by [`seal::Plaintext::of_page`] alone, and
//!   what the store gets comes from [`seal::SealedObject`]. Shown by `tests/it/markers.rs`. Its author can read one:
//!   [`seal::Plaintext::document`] takes a [`preview::Admitted`], which only the preview's [door](preview::Door) makes.
//! - What the preview shows before a build is what everyone's keys open after it: `tests/it/people/foreseen.rs`. Nobody reads along
//!   without the token in its address, and it leaves nothing on the disk: `tests/it/preview.rs`, `tests/web/preview.test.mjs`.
//! - A member's keys open what their index names, and nothing else: `tests/it/matrix.rs`.
//! - Before anything is given, a plan was shown and agreed to; a mistake or a crash leaves the last publication whole:
//!   `tests/it/interrupted.rs`.
//! - The same page gives the same object name on any run and any machine, so building twice changes nothing:
//!   `tests/it/store_side.rs`.
//! - Whoever joins, leaves, is closed or gets a new card reads what a simple model says, and the record says so of every day:
//!   `tests/it/people.rs`.
//! - What a member's calendar is given says an hour and a word that tells nothing, and two members' entries have no more in common:
//!   `tests/it/appointment.rs`.
//! - Taking one page back takes that page from everyone, and gives nothing: `tests/it/withdraw.rs`.
//! - A notice names nobody and says nothing: `tests/it/notice/`.
//! - Nothing an unsigned byte says is believed, in the browser either: `tests/web/hostile.test.mjs`.
//! - Nobody is named to others in a page, unless it says so and rests on their consent: `tests/it/check/names.rs`.
//! - No HTML of an author becomes a form, and what a template prints into one is words: `tests/it/blocks.rs`. Nothing is asked
//!   whose answer may tell of danger before the practice says who looks, and when: `tests/sites/invalid/instruments-asked`.
//! - An answer counts by its member's signature alone, and one that was fetched is never lost again: `tests/it/inbox/`.
//! - Whoever stands in believes what a member signed and nothing else, and the gate gives them answers and nothing else:
//!   `tests/it/standin/`.
//! - The host can't change its audit log behind what was seen of it: `tests/it/audit.rs`.
//! - Nobody but the practice publishes at its host, nothing twice, nothing halfway: `tests/it/publishing.rs`.
//! - What a member was told is kept is on the disk, when the server is killed, the disk is full or the power fails:
//!   `tests/it/gate/lost.rs`. Nobody sends in another's name, and no device writes over what another saved: `tests/it/gate/{answers,own}.rs`.
//! - No notice goes out twice for one cause, and none is lost without a word: `tests/it/notice/killed.rs`, `tests/it/send.rs`.
//! - Nobody gets a notice who has not agreed to any, nobody is named to others against their word, and nothing goes to a
//!   host or mail server without an agreement; a register only grows: `tests/it/registers/`.
//! - The server links nothing that could read, render or mail: `tests/it/promises.rs`.
//! - Text from outside is made visible before a person sees it: [`visible`].
//!
//! # Features
//! `author` is the therapist's side, `serve` the host's, `tls` its certificates; they are switched here, in [`cli`], in
//! `main.rs` and the tests' `main.rs`, with two lines in [`serve`] for `tls`, and nowhere else.

#[cfg(feature = "author")]
pub mod attachment;
#[cfg(feature = "author")]
pub mod audit;
#[cfg(feature = "author")]
pub mod block;
#[cfg(feature = "author")]
pub mod check;
#[cfg(any(feature = "author", feature = "serve"))]
pub mod cli;
#[cfg(feature = "author")]
pub mod clock;
#[cfg(feature = "author")]
pub mod content;
#[cfg(feature = "author")]
pub mod csv_safe;
#[cfg(feature = "author")]
pub mod doctor;
pub mod explain;
#[cfg(feature = "author")]
pub mod export;
#[cfg(feature = "author")]
pub mod host;
#[cfg(feature = "author")]
pub mod inbox;
#[cfg(feature = "author")]
pub mod keys;
#[cfg(feature = "author")]
mod names;
#[cfg(feature = "author")]
pub mod notice;
#[cfg(feature = "author")]
pub mod practice;
#[cfg(feature = "author")]
pub mod preview;
#[cfg(feature = "author")]
pub mod publish;
#[cfg(feature = "author")]
pub mod record;
#[cfg(feature = "author")]
pub mod render;
#[cfg(feature = "author")]
pub mod results;
#[cfg(feature = "author")]
pub mod roster;
#[cfg(feature = "author")]
pub mod seal;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "author")]
pub mod standin;
pub mod store;
#[cfg(feature = "author")]
pub mod viewer;
pub mod visible;
pub mod wire;
#[cfg(feature = "author")]
pub mod writing;
