//! `check`: mistakes and remarks, before anyone is given anything.

mod command;
mod names;
mod remarks;
