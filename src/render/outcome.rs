//! A block `results`: the numbers of a closed question, in place of what its author wished for.
//!
//! In: the wish, and what was counted ([`Practice::told`]), if it was. Out: a table, or a line that says why there is none yet;
//! or why these numbers can't stand there. It must not count anything. SECURITY: they reach nobody who was not asked, nor
//! anybody where those who answered were not told so beforehand.

use std::{borrow::Cow, fmt::Write as _, ops::Range, rc::Rc};

use super::{
    context::Looked,
    flaw::Reason,
    lead::{Leads, shown_file, unread_by},
    words::escaped,
};
use crate::{
    attachment::Destination,
    block::{Asks, Block, Wish, closing, unescaped},
    content::{Audience, Page, suggest},
    practice::Practice,
    results::{Numbers, Rolled, Shared, Spread, can_be_shared},
    wire::{BlockId, Digest, UnixTime},
};

/// A block whose numbers a page shows, or is to show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Showing {
    /// Of the page that asks.
    pub identity: String,
    pub file: String,
    pub block: BlockId,
    pub closes: UnixTime,
    /// The block as it asks now: [`Block::version`].
    pub version: Digest,
}

impl Showing {
    /// What its numbers are found by.
    pub(crate) fn key(&self) -> (String, BlockId) {
        (self.identity.clone(), self.block.clone())
    }
}

/// What a page asks all its readers.
pub(super) struct AskedThere {
    /// Each once, and whether it asks everyone the same.
    blocks: Vec<(Block, bool)>,
    is_whole: bool,
}

/// How numbers begin in a document: nothing else puts these words there, since they come in behind the sanitiser.
const OPENING: &str = "<div class=\"results\" data-results=\"";

/// Why not, and at which bytes of the block.
type Refused = (Range<usize>, Reason);

impl<'a> Leads<'a> {
    /// The element in the place of a wish.
    pub(super) fn numbers(&mut self, wish: &Wish) -> Result<String, Refused> {
        let Some(known) = self.known else { return Ok(String::new()) };
        let place = wish.of.as_ref().map_or(&wish.fence, |of| &of.at);
        let Some(target) = self.target(wish).map_err(|reason| (place.clone(), reason))? else {
            return Ok(String::new());
        };
        let there = known.asked.borrow().get(&target.file).cloned();
        let there = there.unwrap_or_else(|| {
            let there = self.asked_in(&target).map(Rc::new);
            known.asked.borrow_mut().insert(target.file.clone(), there.clone());
            there
        });
        // What is wrong there is told there.
        let Some(there) = there else { return Ok(String::new()) };
        let place = wish.block.as_ref().map_or(place, |id| &id.at);
        let chosen = there.chosen(wish, &target).map_err(|reason| (place.clone(), reason))?;
        let Some((block, is_alike)) = chosen else { return Ok(String::new()) };
        let closes = shareable(block, *is_alike).map_err(|reason| (place.clone(), reason))?;
        let (identity, file) = (target.identity().to_owned(), shown_file(&target.file));
        let shared = self.practice.told.get(&(identity.clone(), block.id.clone()));
        let showing = Showing { identity, file, block: block.id.clone(), closes, version: block.version() };
        if !self.along.results.contains(&showing) {
            self.along.results.push(showing);
        }
        let title = wish.title.as_deref().or(shared.map(|shared| shared.title.as_str()).or(title(block)));
        let title = title.filter(|title| !title.is_empty());
        Ok(shared.map_or_else(|| awaited(title, closes, self.practice), |shared| element(title, shared)))
    }

    /// The page that asks; none where it is told as mistaken elsewhere.
    fn target(&self, wish: &Wish) -> Result<Option<Cow<'a, Page>>, Reason> {
        let Some(of) = &wish.of else { return self.fits(self.page).map(|()| Some(Cow::Borrowed(self.page))) };
        let to = Destination::of(&of.value, &self.page.file)?;
        if !to.is_page() {
            let what = format!("`{}` is no page", of.value);
            let hint = "write where the page lies that asks, as a link from this one: of = \"evenings.md\"";
            return Err(Reason { what, hint: hint.into() });
        }
        let Some(page) = self.page_at(&to)? else { return Ok(None) };
        self.fits(&page)?;
        Ok(Some(Cow::Owned(page)))
    }

    /// Whether all who read this page are among those whom the other one asks.
    fn fits(&self, target: &Page) -> Result<(), Reason> {
        let Some(who) = outsiders(self.page, target, self.practice) else { return Ok(()) };
        let what =
            format!("numbers of `{}` in a page that {who} read, who were not asked there", shown_file(&target.file));
        Err(Reason {
            what,
            hint: "show them to those who were asked and nobody else: in a page of the same folder".into(),
        })
    }

    /// What stands there for each who is asked; none where too much is wrong with it.
    fn asked_in(&self, page: &Page) -> Option<AskedThere> {
        let readers = page.audience.readers(self.practice);
        let mut there = AskedThere { blocks: Vec::new(), is_whole: true };
        let looked = Looked::default();
        for reader in readers.iter().copied().map(Some).chain(readers.is_empty().then_some(None)) {
            let (body, is_whole) = self.body(page, reader, &looked)?;
            there.is_whole &= is_whole;
            for block in Block::all_in(&body.html) {
                match there.blocks.iter_mut().find(|(known, _)| known.id == block.id) {
                    Some((known, is_alike)) => *is_alike &= *known == block,
                    None => there.blocks.push((block, true)),
                }
            }
            if !looked.at_member() {
                break;
            }
        }
        Some(there)
    }
}

impl AskedThere {
    /// The block that is meant; none where it may be one that could not be read.
    fn chosen(&self, wish: &Wish, page: &Page) -> Result<Option<&(Block, bool)>, Reason> {
        let file = shown_file(&page.file);
        let named = wish.block.as_ref().map(|id| &id.value);
        let told = || self.blocks.iter().filter(|(block, _)| block.tells_of_numbers());
        let mut fitting: Vec<_> = match named {
            Some(id) => self.blocks.iter().filter(|(block, _)| block.id == *id).collect(),
            None if told().next().is_some() => told().collect(),
            None => self.blocks.iter().filter(|(block, _)| can_be_shared(&block.asks, Some(0)).is_ok()).collect(),
        };
        if fitting.is_empty() && named.is_none() {
            // Why it can't be shared is said of the first.
            fitting.extend(self.blocks.first());
        }
        match (fitting.as_slice(), named) {
            ([one], _) => Ok(Some(one)),
            ([], _) if !self.is_whole => Ok(None),
            ([], None) => Err(Reason {
                what: format!("`{file}` asks nothing"),
                hint: "say which page does, as a link from this one: of = \"evenings.md\"".into(),
            }),
            ([], Some(id)) => Err(Reason {
                what: format!("there is no block `{id}` in `{file}`"),
                hint: suggest::hint(
                    id.as_str(),
                    "blocks there",
                    self.blocks.iter().map(|(block, _)| block.id.as_str()),
                ),
            }),
            (several, _) => {
                let ids: Vec<_> = several.iter().map(|(block, _)| format!("block = \"{}\"", block.id)).collect();
                let what = format!("`{file}` asks several things");
                Err(Reason { what, hint: format!("say which is meant: {}", ids.join(" or ")) })
            }
        }
    }
}

/// When it closes, if its numbers can be shown at all.
fn shareable(block: &Block, is_alike: bool) -> Result<UnixTime, Reason> {
    let id = &block.id;
    let closes = block.closes.unwrap_or_default();
    can_be_shared(&block.asks, block.closes).map_err(|why| Reason {
        what: format!("nothing of the block `{id}` can be shown: {why}"),
        hint: why.hint().into(),
    })?;
    if !block.tells_of_numbers() {
        let shows = if matches!(block.asks, Asks::Poll { .. }) { "tally" } else { "rollup" };
        let what = format!("whoever answers `{id}` is not told that the group may see numbers of it");
        let hint = format!("add shows = \"{shows}\" there; who has answered before that is not counted");
        return Err(Reason { what, hint });
    }
    if !is_alike {
        let what = format!("the block `{id}` does not ask everyone the same");
        let hint = "take out of it what differs between its readers, such as {{ member.name }}: what one was asked all would read";
        return Err(Reason { what, hint: hint.into() });
    }
    Ok(closes)
}

/// Who reads a page and was not asked in the other. SECURITY: by what both are for, and not by who happens to be in a group
/// today: a page of another group is refused, whoever is in it.
fn outsiders(page: &Page, target: &Page, practice: &Practice) -> Option<String> {
    if page.audience == target.audience {
        return None;
    }
    match (&page.audience, &target.audience) {
        (Audience::Open, _) => Some("all on the open web".to_owned()),
        (Audience::Library, _) => Some("members of other groups".to_owned()),
        (Audience::Group(group), Audience::Group(_) | Audience::Member(_) | Audience::Message(_)) => {
            let title = practice.groups.get(group).map_or(group, |group| &group.title);
            Some(format!("all in {title}"))
        }
        _ => unread_by(page, target, practice),
    }
}

/// What a block is called by itself.
fn title(block: &Block) -> Option<&str> {
    match &block.asks {
        _ if block.title.is_some() => block.title.as_deref(),
        Asks::Poll { prompt, .. } => Some(prompt),
        _ => None,
    }
}

fn awaited(title: Option<&str>, closes: UnixTime, practice: &Practice) -> String {
    let mut html = "<div class=\"results\">".to_owned();
    if let Some(title) = title {
        let _ = write!(html, "<p><strong>{}</strong></p>", escaped(title));
    }
    html += "<p>The result will stand here once the question is closed and counted.";
    if let Some(closing) = closing(closes, practice) {
        let _ = write!(html, " Answers are taken until {}.", escaped(&closing));
    }
    html + "</p></div>"
}

/// SECURITY: the numbers stand in it as data, too: so a machine that has only what was given counts nothing twice.
fn element(title: Option<&str>, shared: &Shared) -> String {
    let data = serde_json::to_string(shared).expect("numbers are JSON");
    let mut html = format!("{OPENING}{}\">", escaped(&data));
    match &shared.numbers {
        Numbers::TooFew {} => {
            if let Some(title) = title {
                let _ = write!(html, "<p><strong>{}</strong></p>", escaped(title));
            }
            html += "<p>Fewer than five people answered; so nothing is shown, and it stays at that.</p>";
        }
        Numbers::Tally { answered, counts } => {
            html += "<table>";
            caption(&mut html, title, *answered);
            html += "<thead><tr><th scope=\"col\">Answer</th><th scope=\"col\">People</th></tr></thead><tbody>";
            rows(&mut html, counts, *answered);
            html += "</tbody></table>";
        }
        Numbers::RollUp { answered, items } => {
            html += "<table>";
            caption(&mut html, title, *answered);
            html += "<thead><tr><th scope=\"col\">Question</th><th scope=\"col\">All together</th></tr></thead>";
            for item in items {
                rolled(&mut html, item);
            }
            html += "</table>";
        }
    }
    html + "</div>"
}

/// The numbers that a document shows.
pub(crate) fn shown_numbers(document: &str) -> Vec<Shared> {
    let values = document.split(OPENING).skip(1).filter_map(|rest| rest.split_once('"'));
    values.filter_map(|(json, _)| serde_json::from_str(&unescaped(json)).ok()).collect()
}

fn caption(html: &mut String, title: Option<&str>, answered: usize) {
    *html += "<caption>";
    if let Some(title) = title {
        let _ = write!(html, "<strong>{}</strong><br>", escaped(title));
    }
    let _ = match answered {
        0 => write!(html, "Nobody answered."),
        1 => write!(html, "1 person answered."),
        number => write!(html, "{number} people answered."),
    };
    *html += "</caption>";
}

fn rows(html: &mut String, counts: &[(String, usize)], of: usize) {
    for (label, count) in counts {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{count}", escaped(label));
        bar(html, "0", &count.to_string(), &of.max(1).to_string());
        *html += "</td></tr>";
    }
}

fn rolled(html: &mut String, Rolled { label, answered, of }: &Rolled) {
    *html += "<tbody>";
    match of {
        Spread::Counts { counts } => {
            let _ = write!(html, "<tr><th scope=\"rowgroup\" colspan=\"2\">{}</th></tr>", escaped(label));
            rows(html, counts, *answered);
        }
        Spread::TooFew {} => {
            let _ = write!(
                html,
                "<tr><th scope=\"row\">{}</th><td>fewer than five answered this</td></tr>",
                escaped(label)
            );
        }
        Spread::Average { average, from, to, low, high, unit } => {
            let _ = write!(html, "<tr><th scope=\"row\">{}", escaped(label));
            if let (Some(from), Some(to)) = (from, to) {
                let _ =
                    write!(html, "<br><small>{} to {}</small>", end(*from, low.as_deref()), end(*to, high.as_deref()));
            }
            let unit = unit.as_ref().map(|unit| format!(" {}", escaped(unit))).unwrap_or_default();
            let _ = write!(html, "</th><td>{average}{unit}, on average");
            if let (Some(from), Some(to)) = (from, to) {
                bar(html, &from.to_string(), &average.to_string(), &to.to_string());
            }
            *html += "</td></tr>";
        }
    }
    *html += "</tbody>";
}

/// The end of a scale, with its words.
fn end(number: f64, words: Option<&str>) -> String {
    words.map_or_else(|| number.to_string(), |words| format!("{number} ({})", escaped(words)))
}

/// For those who see it: the number beside it says the same.
fn bar(html: &mut String, from: &str, value: &str, to: &str) {
    let _ = write!(html, " <meter aria-hidden=\"true\" min=\"{from}\" max=\"{to}\" value=\"{value}\"></meter>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::among_others;

    fn shared(numbers: Numbers) -> Shared {
        Shared { page: "p".into(), block: "b".parse().unwrap(), title: String::new(), computed: 1, numbers }
    }

    #[test]
    fn what_was_asked_stays_text_and_the_numbers_are_found_again() {
        let label = "<b>\"Yes\"</b> & data-results=\"{}\"";
        let told = shared(Numbers::Tally { answered: 1, counts: vec![(label.into(), 1)] });
        let html = element(Some("</table><script>"), &told);
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("<strong>&lt;/table&gt;&lt;script&gt;</strong><br>1 person answered."), "{html}");
        assert_eq!(shown_numbers(&format!("<p>data-results=\"{{}}\"</p>{html}{html}")), [told.clone(), told]);
        // In an export the table stays.
        let stays = among_others(&html, "v1-");
        assert!(stays.starts_with("<div class=\"results\"><table>") && !stays.contains("quot;page"), "{stays}");
        assert!(stays.contains("</th><td>1 </td>"), "{stays}");
    }

    #[test]
    fn each_kind_of_question_has_its_row() {
        let rolled = |label: &str, of| Rolled { label: label.into(), answered: 5, of };
        let (from, to) = (Some(0.0), Some(10.0));
        let average = |from, to, low, unit| Spread::Average { average: 6.4, from, to, low, high: None, unit };
        let items = vec![
            rolled("Sleep", average(from, to, Some("none".into()), None)),
            rolled("Hours", average(None, None, None, Some("hours".into()))),
            rolled("Where", Spread::Counts { counts: vec![("Here".into(), 5), ("There".into(), 0)] }),
            rolled("Why", Spread::TooFew {}),
        ];
        let html = element(None, &shared(Numbers::RollUp { answered: 6, items }));
        for row in [
            "<caption>6 people answered.</caption>",
            "<tr><th scope=\"row\">Sleep<br><small>0 (none) to 10</small></th><td>6.4, on average",
            "<tr><th scope=\"row\">Hours</th><td>6.4 hours, on average</td></tr>",
            "<tr><th scope=\"rowgroup\" colspan=\"2\">Where</th></tr><tr><th scope=\"row\">Here</th><td>5",
            "<tr><th scope=\"row\">Why</th><td>fewer than five answered this</td></tr>",
        ] {
            assert!(html.contains(row), "{row} in {html}");
        }
    }

    #[test]
    fn the_day_of_closing_is_said_in_the_practices_words() {
        let mut practice = Practice::read_on(std::path::Path::new("/nowhere"), &mut Vec::new());
        practice.site.practice.language = "en".to_owned();
        practice.site.practice.time_zone = crate::clock::named("America/New_York");
        let said = |closes| awaited(None, closes, &practice);
        assert!(said(1_796_166_000).contains("Answers are taken until Tuesday 1 December 2026, 18:00."));
        assert!(said(1_796_187_600).contains("Answers are taken until the end of Tuesday 1 December 2026."));
    }
}
