//! The composite codes of Table E.1-1 resolved: a code and the attribute's type in the IOD in, the least
//! that both allow out.

use super::iod::Need;
use super::table::ActionCode;

/// The least that a code allows and an IOD needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakest {
    Remove,
    Empty,
    Dummy,
}

pub(super) fn weakest(code: ActionCode, need: Need) -> Weakest {
    let needs_value = matches!(need, Need::Value | Need::ValueUnlessAbsent);
    match code {
        ActionCode::D | ActionCode::U => Weakest::Dummy,
        ActionCode::Z | ActionCode::ZOrD if needs_value => Weakest::Dummy,
        ActionCode::Z | ActionCode::ZOrD => Weakest::Empty,
        // The code says to remove; where the IOD always has the attribute, it stands and says nothing.
        ActionCode::X => match need {
            Need::Value => Weakest::Dummy,
            Need::Empty | Need::EmptyUnlessAbsent => Weakest::Empty,
            Need::None | Need::ValueUnlessAbsent => Weakest::Remove,
        },
        ActionCode::XOrZ | ActionCode::XOrD | ActionCode::XOrZOrD | ActionCode::XOrZOrU => {
            match need {
                Need::None => Weakest::Remove,
                Need::Empty | Need::EmptyUnlessAbsent => Weakest::Empty,
                Need::Value | Need::ValueUnlessAbsent => Weakest::Dummy,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_and_need_gives_the_least_that_both_allow() {
        use Need::{Empty, EmptyUnlessAbsent, Value, ValueUnlessAbsent};
        use Weakest::{Dummy, Remove};
        let needs = [Need::None, EmptyUnlessAbsent, Empty, ValueUnlessAbsent, Value];
        let empty = Weakest::Empty;
        let (composite, z) =
            ([Remove, empty, empty, Dummy, Dummy], [empty, empty, empty, Dummy, Dummy]);
        for (code, expected) in [
            (ActionCode::D, [Dummy; 5]),
            (ActionCode::U, [Dummy; 5]),
            (ActionCode::Z, z),
            (ActionCode::ZOrD, z),
            (ActionCode::X, [Remove, empty, empty, Remove, Dummy]),
            (ActionCode::XOrZ, composite),
            (ActionCode::XOrD, composite),
            (ActionCode::XOrZOrD, composite),
            (ActionCode::XOrZOrU, composite),
        ] {
            assert_eq!(needs.map(|need| weakest(code, need)), expected, "{code}");
        }
    }
}
