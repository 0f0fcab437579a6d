//! Edges of polygons, each taken from its lower end.

/// An edge between two corners, the lower one first: so an edge that two regions share is computed
/// alike for both, whichever way round each of them goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    /// The corner with the smaller y.
    pub(crate) low: [f64; 2],
    /// The corner with the larger y.
    pub(crate) high: [f64; 2],
}

impl Edge {
    /// Where the edge is at a height between its ends; never outside of them, however level it is.
    pub(crate) fn x_at(self, y: f64) -> f64 {
        let [a, b] = [self.low[0], self.high[0]];
        let x = a + (y - self.low[1]) * ((b - a) / (self.high[1] - self.low[1]));
        x.max(a.min(b)).min(a.max(b))
    }
}

/// The edges of a closed polygon that rise: level ones have no part in the even-odd rule along x.
pub(crate) fn rising(polygon: &[[f64; 2]]) -> impl Iterator<Item = Edge> + '_ {
    let last = polygon.last().copied();
    let starts = last.into_iter().chain(polygon.iter().copied());
    starts.zip(polygon.iter().copied()).filter_map(|(a, b)| {
        if a[1] < b[1] {
            Some(Edge { low: a, high: b })
        } else if b[1] < a[1] {
            Some(Edge { low: b, high: a })
        } else {
            None
        }
    })
}

/// The smallest box round all points of polygons: the low and the high corner.
pub(crate) fn bounds<'a>(
    polygons: impl IntoIterator<Item = &'a Vec<[f64; 2]>>,
) -> Option<[[f64; 2]; 2]> {
    polygons.into_iter().flatten().fold(None, |bounds, &[x, y]| {
        let [[left, low], [right, high]] = bounds.unwrap_or([[x, y]; 2]);
        Some([[left.min(x), low.min(y)], [right.max(x), high.max(y)]])
    })
}
