//! Medians, and ratios within rounds, which are valid also on a machine whose load varies.

/// Returns the middle figure; of an even number, the mean of the two in the middle; 0 if there is none.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// Returns the median of the ratios of figures from the same round, so that an event that slows a whole round down does
/// not count.
pub(crate) fn median_ratio(ones: &[f64], others: &[f64]) -> f64 {
    median(ones.iter().zip(others).map(|(one, other)| one / other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!([median([]), median([3.0]), median([9.0, 1.0, 2.0]), median([1.0, 4.0])], [0.0, 3.0, 2.0, 2.5]);
    }

    #[test]
    fn a_slow_round_does_not_change_a_ratio() {
        assert_eq!(median_ratio(&[1.0, 10.0, 1.0], &[2.0, 20.0, 2.0]), 0.5);
    }
}
