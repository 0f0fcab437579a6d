//! Areas as they stand in reports: `x,y,width,height reason`, with `@1+3` behind the numbers where they are
//! on some frames alone; several after a semicolon.

use std::fmt;
use std::str::FromStr;

use super::{Area, Frames, Reason, Rectangle};

/// The areas in one cell.
pub fn cell(areas: &[Area]) -> String {
    areas.iter().map(Area::to_string).collect::<Vec<_>>().join("; ")
}

/// The areas of a cell; `None` where it holds something else.
pub fn parse_cell(cell: &str) -> Option<Vec<Area>> {
    if cell.is_empty() {
        return Some(Vec::new());
    }
    cell.split("; ").map(|area| area.parse().ok()).collect()
}

impl fmt::Display for Area {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rectangle { x, y, width, height } = self.rectangle;
        write!(to, "{x},{y},{width},{height}")?;
        if let Frames::These(frames) = &self.frames {
            let frames: Vec<String> = frames.iter().map(u32::to_string).collect();
            write!(to, "@{}", frames.join("+"))?;
        }
        write!(to, " {}", self.reason.name())
    }
}

/// Not the form of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoArea;

impl FromStr for Area {
    type Err = NoArea;

    fn from_str(text: &str) -> Result<Self, NoArea> {
        let (place, reason) = text.split_once(' ').ok_or(NoArea)?;
        let (numbers, frames) = match place.split_once('@') {
            Some((numbers, frames)) => (numbers, Frames::These(all(frames, '+')?)),
            None => (place, Frames::All),
        };
        let &[x, y, width, height] = all(numbers, ',')?.as_slice() else { return Err(NoArea) };
        // Sums of both are taken everywhere.
        x.checked_add(width).zip(y.checked_add(height)).ok_or(NoArea)?;
        let reason = match reason {
            "outside-regions" => Reason::OutsideRegions,
            "text" => Reason::Text,
            rule => Reason::Rule(rule.strip_prefix("rule ").ok_or(NoArea)?.to_owned()),
        };
        Ok(Self { rectangle: Rectangle { x, y, width, height }, frames, reason })
    }
}

fn all(numbers: &str, between: char) -> Result<Vec<u32>, NoArea> {
    numbers.split(between).map(|number| number.parse().map_err(|_| NoArea)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_read_as_they_are_written() {
        let rectangle = Rectangle { x: 1, y: 20, width: 300, height: 4 };
        let areas = [
            Area { rectangle, frames: Frames::All, reason: Reason::OutsideRegions },
            Area {
                rectangle,
                frames: Frames::These(vec![1, 7]),
                reason: Reason::Rule("a-1".into()),
            },
            Area { rectangle, frames: Frames::All, reason: Reason::Text },
        ];
        let text = cell(&areas);
        assert_eq!(text, "1,20,300,4 outside-regions; 1,20,300,4@1+7 rule a-1; 1,20,300,4 text");
        assert_eq!(parse_cell(&text).as_deref(), Some(&areas[..]));
        assert_eq!(parse_cell(""), Some(Vec::new()));
        for wrong in ["x", "1,2,3 text", "1,2,3,4", "1,2,3,4 else", "1,2,4294967295,4 text"] {
            assert_eq!(parse_cell(wrong), None, "{wrong}");
        }
    }
}
