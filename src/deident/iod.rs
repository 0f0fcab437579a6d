//! Whether an IOD needs an attribute: an SOP class in, the types of its attributes out (PS3.3; types in
//! PS3.5 section 7.4). The composite codes of Table E.1-1 ask for it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::table::parse_tag;
use crate::dataset::Tag;

const TYPES: &str = include_str!("tables/ps3.3-2026b-types.csv");
const IODS: &str = include_str!("tables/ps3.3-2026b-iods.csv");

/// What an IOD asks of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Type 3, or the IOD does not have it: it may be absent.
    None,
    /// Type 2C: it may be empty; whether it may be absent depends.
    EmptyUnlessAbsent,
    /// Type 2: it may be empty.
    Empty,
    /// Type 1C: a value, where it is there.
    ValueUnlessAbsent,
    /// Type 1: a value.
    Value,
}

/// What the IOD of one SOP class needs.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// By enclosing sequence, and attribute.
    by_place: HashMap<(Option<Tag>, Tag), Need>,
    /// Whether the SOP class is known at all.
    is_known: bool,
}

impl Needs {
    /// What is needed of an attribute inside a sequence, or at the root.
    pub(super) fn of(&self, parent: Option<Tag>, tag: Tag) -> Need {
        let unlisted = if self.is_known { Need::None } else { Need::ValueUnlessAbsent };
        self.by_place.get(&(parent, tag)).copied().unwrap_or(unlisted)
    }
}

/// The needs of an SOP class. Of one that the tables do not know, any attribute may be needed.
pub(super) fn needs(sop_class_uid: &str) -> Arc<Needs> {
    static KNOWN: OnceLock<RwLock<HashMap<String, Arc<Needs>>>> = OnceLock::new();
    static UNKNOWN: OnceLock<Arc<Needs>> = OnceLock::new();
    let known = KNOWN.get_or_init(RwLock::default);
    let read = known.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(needs) = read.get(sop_class_uid) {
        return Arc::clone(needs);
    }
    drop(read);
    let Some(modules) = iods().get(sop_class_uid) else {
        return Arc::clone(UNKNOWN.get_or_init(Arc::default));
    };
    let needs = Arc::new(of_modules(modules));
    let mut written = known.write().unwrap_or_else(PoisonError::into_inner);
    written.insert(sop_class_uid.to_owned(), Arc::clone(&needs));
    needs
}

/// A row of the table of types.
struct Typed {
    place: (Option<Tag>, Tag),
    need: Need,
    modules: &'static str,
}

fn of_modules(modules: &[&str]) -> Needs {
    let mut by_place = HashMap::new();
    for row in types() {
        // A module that the instance does not use has none of its attributes there either.
        if row.modules.split(' ').any(|module| modules.contains(&module)) {
            let need = by_place.entry(row.place).or_insert(Need::None);
            *need = row.need.max(*need);
        }
    }
    Needs { by_place, is_known: true }
}

fn types() -> &'static [Typed] {
    static PARSED: OnceLock<Vec<Typed>> = OnceLock::new();
    PARSED.get_or_init(|| rows(TYPES).filter_map(typed).collect())
}

fn typed(row: &'static str) -> Option<Typed> {
    let mut cells = row.split(',');
    let tag = parse_tag(cells.next()?)?;
    let parent = match cells.next()? {
        "" => None,
        parent => Some(parse_tag(parent)?),
    };
    let need = match cells.next()? {
        "1" => Need::Value,
        "1C" => Need::ValueUnlessAbsent,
        "2" => Need::Empty,
        "2C" => Need::EmptyUnlessAbsent,
        _ => return None,
    };
    Some(Typed { place: (parent, tag), need, modules: cells.next()? })
}

/// Modules by SOP class UID, whatever their usage.
fn iods() -> &'static HashMap<&'static str, Vec<&'static str>> {
    static PARSED: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let modules = |row: &'static str| {
            let mut cells = row.split(',');
            let uid = cells.next().unwrap_or_default();
            (uid, cells.skip(1).flat_map(|cell| cell.split(' ')).collect())
        };
        rows(IODS).map(modules).collect()
    })
}

/// The rows of a data file behind its comments and its header; no cell holds a comma.
fn rows(csv: &'static str) -> impl Iterator<Item = &'static str> {
    csv.lines().filter(|line| !line.starts_with('#')).skip(1)
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::{tags, uids};

    use super::*;

    #[test]
    fn the_tables_are_whole() {
        // Overlays are removed whole, so that their tags, which repeat, need no type.
        assert!(rows(TYPES).all(|row| typed(row).is_some() || row.starts_with("60XX")));
        assert!(types().len() > 1500 && iods().len() > 150);
    }

    #[test]
    fn types_are_those_of_the_standard() {
        // PS3.3: Series Date is type 3 in General Series; Content Date is type 1 in a structured report
        // (table C.17-2) and 2C in General Image (C.7-9); Presentation Creation Date is type 1.
        let ct = needs(uids::CT_IMAGE_STORAGE);
        assert_eq!(ct.of(None, tags::SERIES_DATE), Need::None);
        assert_eq!(ct.of(None, tags::CONTENT_DATE), Need::EmptyUnlessAbsent);
        let report = needs(uids::BASIC_TEXT_SR_STORAGE);
        assert_eq!(report.of(None, tags::CONTENT_DATE), Need::Value);
        let state = needs(uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE);
        assert_eq!(state.of(None, tags::PRESENTATION_CREATION_DATE), Need::Value);
        assert_eq!(needs("1.2.3").of(None, tags::SERIES_DATE), Need::ValueUnlessAbsent);
    }
}
