//! An export for people: a list, and the documents, which need nothing but a browser.
//!
//! SECURITY: nothing in them reaches out. The documents are sanitised already; the policy in each says it once more.

use minijinja::{Environment, context as values};

use super::{Export, Inline, To, Version, attached::Form};
use crate::{clock::day_of, practice::register, render::among_others, visible::visible_line, wire::UnixTime};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: file: 'self'; media-src data: file: 'self'; font-src data:";

impl<'a> Export<'a> {
    /// `index.html`.
    pub fn index(&self) -> String {
        self.list(Form::Beside, "")
    }

    /// One document with everything in it, to read on any phone and to print; `css` is the page stylesheet, `files` what
    /// found room in it.
    pub fn whole(&self, css: &str, files: &Inline) -> String {
        // A document has one `main`; here each page is an article.
        let css = css.replace("main >", "article >").replace("main {", "article {");
        self.list(Form::Inside(files), &css)
    }

    /// Each document by its number, from 1: as it was given, with the stylesheet, and the notice that has to stand there.
    pub fn page(&self, number: usize, version: &Version<'a>, css: &str) -> Option<String> {
        let document = version.document.as_ref()?;
        let style = css.replace("</", "<\\/");
        let head = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<style>\n{style}\n@media print {{ body {{ background: none }} }}\n</style>\n"
        );
        let notice =
            self.notice().map(|notice| format!("<p role=\"note\"><strong>{notice}</strong> (42 CFR 2.32)</p>\n"));
        let mut page = self.linked(number, document, Form::Beside);
        // Before the end of the head, and at the beginning of the body: every theme's page.html has both.
        let at = page.find("</head>").unwrap_or(0);
        page.insert_str(at, &head);
        if let Some(notice) = notice {
            let body = page.find("<main").or_else(|| after_tag(&page, "<body")).unwrap_or(page.len());
            let body = if page[body..].starts_with("<main") {
                after_tag(&page[body..], "<main").map_or(body, |n| body + n)
            } else {
                body
            };
            page.insert_str(body, &notice);
        }
        Some(page)
    }

    fn list(&self, form: Form<'_>, css: &str) -> String {
        let left_out = match form {
            Form::Beside => None,
            Form::Inside(files) => Some(files.left_out),
        };
        let versions = self.versions.iter().enumerate().map(|(n, version)| {
            let inside = version.document.as_deref().filter(|_| left_out.is_some());
            let inside = inside.map(|document| {
                let body = among_others(body(document), &format!("v{}-", n + 1));
                self.linked(n + 1, &body, form)
            });
            values! {
                number => n + 1,
                title => visible_line(&version.page.title),
                audience => visible_line(&version.page.audience.title),
                days => days(version),
                lost => version.document.is_none(),
                opened => version.opened.first().map(|first| day(*first)),
                inside,
            }
        });
        let is_person = self.to == To::Person;
        let register = &self.member.register;
        let consents = register.consents.iter().filter(|_| is_person).map(|consent| {
            let what = match &consent.to {
                register::To::Notices { .. } => "to notices by e-mail".to_owned(),
                register::To::Naming(naming) => format!("to be named in {}", naming.page.display()),
            };
            values! { what, given => consent.given.to_string(), how => consent.how.clone(), revoked => consent.revoked.map(|on| on.to_string()) }
        });
        let disclosures = register.disclosures.iter().filter(|_| is_person).map(|it| {
            values! { on => it.on.to_string(), to => it.to.clone(), what => it.what.clone(), purpose => it.purpose.clone(), basis => it.basis.clone() }
        });
        let withheld = self.withheld.iter().map(|it| values! { from => day(it.from), reason => it.reason.text() });
        let mut templates = Environment::new();
        templates.add_template("index.html", include_str!("index.html")).expect("a template that was tested");
        let values = values! {
            policy => POLICY,
            name => visible_line(&self.member.name),
            practice => visible_line(&self.practice.site.practice.name),
            to => match &self.to { To::Person => None, To::Other(to) => Some(values! {
                name => visible_line(&to.name), basis => visible_line(&to.basis), purpose => visible_line(&to.purpose),
            }) },
            css => css.replace("</", "<\\/"),
            notice => self.notice(),
            at => day(self.at),
            beside => left_out.is_none(),
            left_out,
            versions => versions.collect::<Vec<_>>(),
            consents => consents.collect::<Vec<_>>(),
            disclosures => disclosures.collect::<Vec<_>>(),
            withheld => withheld.collect::<Vec<_>>(),
            answers => self.answers_shown(),
        };
        let template = templates.get_template("index.html").expect("just added");
        template.render(values).expect("a template that was tested")
    }
}

/// Where the tag that begins so ends.
fn after_tag(html: &str, tag: &str) -> Option<usize> {
    let begins = html.find(tag)?;
    Some(begins + html[begins..].find('>')? + 1)
}

/// What stands in `main`, or else in the body, of a document of any theme.
fn body(document: &str) -> &str {
    let begins = after_tag(document, "<main").or_else(|| after_tag(document, "<body")).unwrap_or(0);
    let rest = &document[begins..];
    rest.rfind("</main>").or_else(|| rest.rfind("</body>")).map_or(rest, |end| &rest[..end])
}

/// The days on which it could be read.
fn days(version: &Version<'_>) -> String {
    let from = day(version.from);
    match version.until.map(day) {
        None => format!("{from} until today"),
        Some(until) if until == from => from,
        Some(until) => format!("{from} to {until}"),
    }
}

fn day(time: UnixTime) -> String {
    day_of(time).map_or_else(|| "?".to_owned(), |day| day.to_string())
}
