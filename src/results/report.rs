//! The report: one HTML document that a therapist would rather look at than read. It loads nothing and runs nothing.

use minijinja::{Environment, context, value::Serde};
use serde_json::{Value, json};

use super::{Outcome, Sheet, chart::Line};
use crate::{clock, visible::visible, wire::UnixTime};

/// The document; `about` is whom or what it is about.
///
/// # Panics
/// Never: its template is tested.
pub fn report(about: &str, practice: &str, sheets: &[Sheet<'_>], at: UnixTime) -> String {
    let mut environment = Environment::new();
    environment.add_template("report.html", include_str!("report.html")).expect("the template is well-formed");
    let sheets = minijinja::Value::from(Serde(sheets.iter().map(|sheet| shown(drawn(sheet))).collect::<Vec<_>>()));
    let template = environment.get_template("report.html").expect("added above");
    let context = context! { about, practice, sheets, at => clock::hour(at) };
    template.render(context).expect("the template is tested")
}

fn drawn(sheet: &Sheet<'_>) -> Value {
    let mut value = sheet.json();
    match &sheet.result {
        Outcome::Tally(tally) => value["most"] = json!(tally.most()),
        Outcome::Course(course) => {
            let rows = course.rows().map(|row| row.point.time).map(|time| json!(clock::hour(time)));
            for (answer, when) in value["answers"].as_array_mut().into_iter().flatten().zip(rows) {
                answer["when"] = when;
            }
            let person =
                |(name, points): &(&str, Vec<_>)| Some(json!({ "name": name, "line": Line::of(points, course)? }));
            value["lines"] = course.people.iter().filter_map(person).collect();
        }
        Outcome::Texts(_) => {
            for prompt in value["prompts"].as_array_mut().into_iter().flatten() {
                for text in prompt["texts"].as_array_mut().into_iter().flatten() {
                    text["when"] = json!(text["time"].as_u64().map(clock::hour));
                }
            }
        }
    }
    value
}

/// With everything that somebody wrote made visible.
fn shown(value: Value) -> Value {
    match value {
        Value::String(text) => visible(&text).into_owned().into(),
        Value::Array(values) => values.into_iter().map(shown).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, shown(value))).collect(),
        other => other,
    }
}
