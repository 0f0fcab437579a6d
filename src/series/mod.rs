//! What the instances of one series say together: [`Member`]s in, one row of [`SeriesFindings`] out;
//! and series against others of their kind: [`CohortValues`] in, [`CohortSpreads`] and [`Outlier`]s out.
//!
//! Nothing here depends on the order of what comes in: numbers are sorted before they are added, and
//! no function is used that differs between machines. What cannot be known is `None`, never a guess.
//!
//! `member` is what is told of an instance, `findings` the row; `stack` looks at where the slices
//! lie, `spacing` at the distances between them, `neighbours` at slices that follow each other.

mod cohort;
mod findings;
mod member;
mod neighbours;
mod order;
mod spacing;
mod stack;

#[cfg(test)]
mod tests;

pub use cohort::{
    CohortSpreads, CohortValues, MIN_SERIES, Outlier, Side, Spread, WHISKER, reasons,
};
pub use findings::SeriesFindings;
pub use member::{Geometry, Member};
pub use spacing::{GAP_TOLERANCE, MODE_TOLERANCE, SAME_POSITION_MM, SPACING_TOLERANCE};
pub use stack::{IN_PLANE_TOLERANCE_MM, ORIENTATION_TOLERANCE};
