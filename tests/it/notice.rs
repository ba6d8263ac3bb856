//! Notices: who gets one, what is in it, and that each goes out once, whatever the mail server does.

mod failures;
mod killed;
mod plan;
mod postfix;
mod practice;
mod reach;
pub(crate) mod sink;
mod texts;
pub(crate) mod trust;
mod words;
mod world;
