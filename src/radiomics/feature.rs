//! What a feature is.

/// A feature of a region: a column of the table.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// The name of the column.
    pub name: &'static str,
    /// The code of the feature in the IBSI manual (arXiv:1612.07003).
    pub code: &'static str,
    /// The family of features that it belongs to.
    pub family: &'static str,
    /// How matrices of slices and directions become one value; empty where there is none.
    pub aggregation: &'static str,
    /// The unit; `intensity` is that of the image, empty for a pure number.
    pub unit: &'static str,
    /// What it says, in a few words.
    pub meaning: &'static str,
}

/// The name of a family whose features are not aggregated.
pub(super) struct Family(pub(super) &'static str);

impl Family {
    /// A feature of the family.
    pub(super) const fn feature(
        &self,
        name: &'static str,
        code: &'static str,
        unit: &'static str,
        meaning: &'static str,
    ) -> Feature {
        Feature { name, code, family: self.0, aggregation: "", unit, meaning }
    }
}
