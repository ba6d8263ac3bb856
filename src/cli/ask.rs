//! Questions to the person; each has an option that answers it where nobody can be asked.

use age::secrecy::SecretString;
use inquire::{
    Confirm, CustomType, InquireError, Password, PasswordDisplayMode, Select, Text,
    validator::{Validation, ValueRequiredValidator},
};
use zeroize::Zeroizing;

use super::{Common, Failure, terminal::can_ask};
use crate::{
    practice::files::{self, FileError},
    wire::Epoch,
};

const SHORTEST: usize = 12;
/// On a recovery sheet.
const WORDS: usize = 24;
/// Before a wrong passphrase ends the command.
pub const TRIES: usize = 3;

/// Yes or no; `--yes` has answered it already.
pub fn agree(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    on_terminal("this question", "Nothing was done. If it is what you want, run the command again with --yes.")?;
    match Confirm::new(question).with_default(false).prompt() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Declined),
        Err(error) => Err(declined(&error)),
    }
}

/// Yes or no, where a person is there to be asked; yes is what is likely meant.
pub fn whether(question: &str) -> Result<bool, Failure> {
    Confirm::new(question).with_default(true).prompt().map_err(|error| declined(&error))
}

/// The passphrase that opens the practice's keys; `again` after one that did not.
pub fn passphrase(common: &Common, again: Again) -> Result<SecretString, Failure> {
    match (from_file(common)?, again) {
        (Some(words), _) => Ok(words),
        (None, Again::No) => hidden("Passphrase of this practice's keys:"),
        (None, Again::Yes) => hidden("That does not open them. Passphrase of this practice's keys:"),
    }
}

/// The passphrase of the key of whoever stands in.
pub fn stand_in_passphrase(common: &Common, again: Again) -> Result<SecretString, Failure> {
    match (from_file(common)?, again) {
        (Some(words), _) => Ok(words),
        (None, Again::No) => hidden("Passphrase of your key:"),
        (None, Again::Yes) => hidden("That does not open it. Passphrase of your key:"),
    }
}

/// Whether something is asked for another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    No,
    Yes,
}

/// A new passphrase, asked twice.
pub fn new_passphrase(common: &Common) -> Result<SecretString, Failure> {
    use age::secrecy::ExposeSecret;
    let words = if let Some(words) = from_file(common)? {
        words
    } else {
        let first = hidden("Choose a passphrase that protects the keys on this machine (12 characters or more):")?;
        let second = hidden("Once more:")?;
        if first.expose_secret() != second.expose_secret() {
            return Err(Failure::Mismatch);
        }
        first
    };
    if words.expose_secret().chars().count() < SHORTEST { Err(Failure::TooShort(SHORTEST)) } else { Ok(words) }
}

/// The 24 words of the recovery sheet.
pub fn recovery_words(file: Option<&std::path::Path>) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = file {
        return secret_file(path);
    }
    on_terminal(
        "the 24 words",
        "Put them into a file that only you can read (chmod 600) and name it with --words-file.",
    )?;
    // Row by row or all at once, as a person likes: what was left unread would end up in the shell.
    let mut words = Zeroizing::new(String::new());
    let mut count = 0;
    while count < WORDS {
        let question = format!("Words {} to {WORDS} of the recovery sheet:", count + 1);
        let prompt = Password::new(&question).without_confirmation().with_display_mode(PasswordDisplayMode::Masked);
        let prompt = prompt
            .with_display_toggle_enabled()
            .with_help_message("Enter after each row, if you like. Ctrl-R shows what you type");
        let row = Zeroizing::new(prompt.prompt().map_err(|error| declined(&error))?);
        // Their numbers may have been copied with them.
        for word in row.split_whitespace().filter(|word| word.contains(|c: char| c.is_alphabetic())) {
            words.push_str(word);
            words.push(' ');
            count += 1;
        }
    }
    Ok(words)
}

/// The epoch on the recovery sheet.
pub fn epoch(proposed: Epoch) -> Result<Epoch, Failure> {
    on_terminal(
        "the epoch",
        "Name the number that stands on the sheet with --epoch; it is 1 if the keys were never rotated.",
    )?;
    let prompt = CustomType::<Epoch>::new("The epoch on the sheet:").with_default(proposed);
    let prompt = prompt.with_validator(|epoch: &Epoch| {
        let good = (1..=10_000).contains(epoch);
        Ok(if good { Validation::Valid } else { Validation::Invalid("A number from 1.".into()) })
    });
    prompt.prompt().map_err(|error| declined(&error))
}

/// One of several, beginning at `first`.
pub fn choose(question: &'static str, options: Vec<String>, first: usize) -> Result<String, Failure> {
    on_terminal("the country", "Name it with --country, for example --country US.")?;
    // What begins with the typed letters comes first, so that Enter never takes what only holds them: "us" is in Austria too.
    let score = |typed: &str, _: &String, option: &str, _: usize| {
        let (typed, option) = (typed.to_lowercase(), option.to_lowercase());
        let begins = option.starts_with(&typed) || option.split("  ").any(|part| part.starts_with(&typed));
        option.contains(&typed).then_some(i64::from(begins) + i64::from(option.starts_with(&typed)))
    };
    let select = Select::new(question, options).with_starting_cursor(first).with_scorer(&score);
    select.prompt().map_err(|error| declined(&error))
}

/// What allows a disclosure.
pub fn basis() -> Result<String, Failure> {
    on_terminal(
        "the basis",
        "Nothing was given. Say what allows it with --basis \"…\": a consent, a court's order, a paragraph of a law.",
    )?;
    let required = ValueRequiredValidator::new("Without a basis nothing is given.");
    let prompt = Text::new("What allows it (a consent, a court's order, a law):").with_validator(required);
    prompt.prompt().map_err(|error| declined(&error))
}

/// The password of the mail server.
pub fn mail_password(file: Option<&std::path::Path>) -> Result<SecretString, Failure> {
    if let Some(path) = file {
        return Ok(first_line(&secret_file(path)?));
    }
    on_terminal(
        "the password of the mail server",
        "Put it into .heldspace/mail-password, which only you can read (chmod 600), or into another such file and name it with --mail-password-file.",
    )?;
    shown_as_stars("Password of the mail server:")
}

fn hidden(question: &'static str) -> Result<SecretString, Failure> {
    on_terminal(
        "the passphrase",
        "Put it into a file that only you can read (chmod 600) and name it with --passphrase-file.",
    )?;
    shown_as_stars(question)
}

fn shown_as_stars(question: &'static str) -> Result<SecretString, Failure> {
    let prompt = Password::new(question).without_confirmation().with_display_mode(PasswordDisplayMode::Masked);
    prompt.prompt().map(SecretString::from).map_err(|error| declined(&error))
}

fn from_file(common: &Common) -> Result<Option<SecretString>, Failure> {
    let Some(path) = &common.passphrase_file else { return Ok(None) };
    let text = secret_file(path)?;
    Ok(Some(first_line(&text)))
}

/// A secret without the line end that editors add.
pub fn first_line(text: &str) -> SecretString {
    SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn secret_file(path: &std::path::Path) -> Result<Zeroizing<String>, Failure> {
    let missing = || FileError::missing(path);
    let bytes = files::read_secret(path)?.ok_or_else(missing)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

fn on_terminal(question: &'static str, instead: &'static str) -> Result<(), Failure> {
    if can_ask() { Ok(()) } else { Err(Failure::NoTerminal { question, instead }) }
}

fn declined(_: &InquireError) -> Failure {
    Failure::Declined
}
