//! The integration tests: one crate, a module for each topic; practices by [`site::TestSite`] (driven by the real binary)
//! or [`draft::Draft`] (read and rendered alone).
#![allow(clippy::disallowed_methods, reason = "tests make and break files of their own")]

#[cfg(feature = "author")]
mod appointment;
#[cfg(feature = "author")]
mod asked;
#[cfg(feature = "author")]
mod attachments;
#[cfg(feature = "author")]
mod attacks;
#[cfg(all(feature = "author", feature = "serve"))]
mod audit;
#[cfg(feature = "author")]
mod blocks;
#[cfg(feature = "author")]
mod cctv;
#[cfg(feature = "author")]
mod check;
#[cfg(feature = "author")]
mod clock;
#[cfg(feature = "author")]
mod commands;
#[cfg(feature = "author")]
mod commonmark;
#[cfg(feature = "author")]
mod content;
#[cfg(feature = "author")]
mod dates;
#[cfg(feature = "author")]
mod diff;
#[cfg(feature = "author")]
mod doctor;
#[cfg(feature = "author")]
mod draft;
#[cfg(feature = "author")]
mod expire;
#[cfg(feature = "author")]
mod export;
#[cfg(feature = "author")]
mod export_links;
#[cfg(all(feature = "author", feature = "serve"))]
mod former;
#[cfg(feature = "serve")]
mod gate;
#[cfg(feature = "author")]
mod help;
#[cfg(feature = "author")]
mod history;
#[cfg(all(feature = "author", feature = "serve"))]
mod hosted;
#[cfg(all(feature = "author", feature = "tls"))]
mod hosting;
#[cfg(feature = "author")]
mod inbox;
#[cfg(feature = "author")]
mod interop;
#[cfg(feature = "author")]
mod interrupted;
#[cfg(feature = "author")]
mod lost_files;
#[cfg(feature = "author")]
mod machines;
#[cfg(feature = "author")]
mod markers;
#[cfg(feature = "author")]
mod matrix;
#[cfg(feature = "author")]
mod metadata;
#[cfg(feature = "author")]
mod new;
#[cfg(all(feature = "author", feature = "serve"))]
mod notice;
#[cfg(feature = "author")]
mod open_files;
#[cfg(feature = "tls")]
mod packaging;
#[cfg(feature = "author")]
mod people;
#[cfg(feature = "author")]
mod pictures;
#[cfg(all(feature = "author", feature = "serve"))]
mod preview;
mod promises;
#[cfg(feature = "author")]
mod pty;
#[cfg(all(feature = "author", feature = "serve"))]
mod publishing;
#[cfg(feature = "author")]
mod reader;
#[cfg(all(feature = "author", feature = "serve"))]
mod registers;
#[cfg(feature = "author")]
mod renamed;
#[cfg(feature = "author")]
mod render;
#[cfg(feature = "author")]
mod roster;
mod said;
#[cfg(feature = "author")]
mod sealed;
#[cfg(feature = "author")]
mod secrets;
#[cfg(all(feature = "author", feature = "serve"))]
mod send;
#[cfg(all(feature = "author", feature = "serve"))]
mod served;
#[cfg(feature = "author")]
mod site;
#[cfg(feature = "author")]
mod slips;
#[cfg(all(feature = "author", feature = "serve"))]
mod standin;
#[cfg(feature = "author")]
mod store_side;
#[cfg(feature = "author")]
mod strange_stores;
#[cfg(feature = "author")]
mod theme;
#[cfg(feature = "author")]
mod time;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "author")]
mod vectors;
#[cfg(all(feature = "author", feature = "serve"))]
mod withdraw;
