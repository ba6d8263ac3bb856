//! Where the lines and bars of a report go. Numbers alone: the report's template draws them.

use serde::Serialize;

use super::{Course, Point};
use crate::{block::Band, clock::day_of, wire::UnixTime};

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 150.0;
/// Room for a dot at either end.
const MARGIN: f64 = 10.0;
/// Room for the names of bands, on the left.
const NAMES: f64 = 110.0;

/// One person's totals over time, in the picture's own units.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    width: f64,
    height: f64,
    stripes: Vec<Stripe>,
    /// For `points` of a polyline.
    points: String,
    dots: Vec<Dot>,
}

/// A band of the instrument.
#[derive(Debug, Serialize)]
struct Stripe {
    y: f64,
    height: f64,
    label: String,
}

#[derive(Debug, Serialize)]
struct Dot {
    x: f64,
    y: f64,
    /// Where its number stands: above it, or below it at the upper edge.
    label: f64,
    total: i32,
    day: String,
}

impl Line {
    /// None where there are not two totals to draw a line between.
    pub(super) fn of(points: &[Point<'_>], course: &Course<'_>) -> Option<Self> {
        let totals: Vec<(UnixTime, i32)> =
            points.iter().filter_map(|point| Some((point.time, point.score.as_ref()?.total))).collect();
        let (first, last) = (totals.first()?.0, totals.last()?.0);
        if totals.len() < 2 {
            return None;
        }
        let most = course.highest().max(1);
        let height = |total: f64| MARGIN + (HEIGHT - 2.0 * MARGIN) * (1.0 - total / f64::from(most));
        let left = if course.bands.is_empty() { MARGIN } else { NAMES };
        let x = |time: UnixTime| left + (WIDTH - left - MARGIN) * share(time - first, last - first);
        let dot = |&(time, total): &(UnixTime, i32)| {
            let y = round(height(total.into()));
            let day = day_of(time).map(|day| day.to_string()).unwrap_or_default();
            Dot { x: round(x(time)), y, label: if y < 22.0 { y + 18.0 } else { y - 8.0 }, total, day }
        };
        let dots: Vec<Dot> = totals.iter().map(dot).collect();
        let points = dots.iter().map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ");
        let stripe = |band: &Band| {
            // Half a point further, so that no gap is between two of them.
            let edge = |total: f64| height(total.clamp(0.0, most.into()));
            let (top, bottom) = (edge(f64::from(band.to) + 0.5), edge(f64::from(band.from) - 0.5));
            Stripe { y: round(top), height: round(bottom - top), label: band.label.clone() }
        };
        Some(Self { width: WIDTH, height: HEIGHT, stripes: course.bands.iter().map(stripe).collect(), points, dots })
    }
}

/// `part` of `whole`, both of them times.
#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn share(part: UnixTime, whole: UnixTime) -> f64 {
    if whole == 0 { 0.5 } else { part as f64 / whole as f64 }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
