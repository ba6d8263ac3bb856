//! `standin show`: who stands in, or whose key this is.

use serde_json::json;

use super::{
    super::{Common, Failure, Terminal, context},
    open::own_key,
};
use crate::visible::visible_line;

pub fn run(common: &Common, terminal: &Terminal) -> Result<(), Failure> {
    if !common.root.join("site.toml").exists() {
        let public = own_key(common)?.public();
        terminal.data(&json!({ "key": public.to_string(), "words": public.words() }));
        terminal.line(public.to_string());
        terminal.line(format!("In words, for the telephone: {}", public.words()));
        return Ok(());
    }
    let practice = context::practice(common)?;
    let stand_in = practice.site.answers.stand_in.as_ref().ok_or(Failure::NoStandIn)?;
    let words = stand_in.keys.as_ref().map(crate::seal::StandInKeys::words);
    terminal.data(&json!({ "name": stand_in.name, "email": stand_in.email, "words": words }));
    terminal.line(format!("{} <{}>", visible_line(&stand_in.name), visible_line(&stand_in.email)));
    terminal.line(match words {
        Some(words) => format!("Their key in words: {words}"),
        None => "They have no key here, and can open nothing: `heldspace standin key` on their machine makes one, `heldspace standin add` here takes it.".to_owned(),
    });
    Ok(())
}
