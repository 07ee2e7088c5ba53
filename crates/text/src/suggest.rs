//! "Did you mean": the closest of some names, by the edit distance that CPython uses (a move costs 2, a change of case 1).

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const LONGEST: usize = 40;
const MOST: usize = 750;

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The distance, or more than `limit` where it is greater.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_last(), b.split_last())
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > LONGEST || b.len() > LONGEST {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (j, &y) in b.iter().enumerate() {
        let mut diagonal = j * MOVE_COST;
        let mut left = diagonal + MOVE_COST;
        let mut least = usize::MAX;
        for (i, &x) in a.iter().enumerate() {
            let above = row[i];
            result = (diagonal + substitution(x, y)).min(left.min(above) + MOVE_COST);
            diagonal = above;
            left = result;
            row[i] = result;
            least = least.min(result);
        }
        if least > limit {
            return limit + 1;
        }
    }
    result
}

/// The candidate closest to `name`, if any is close enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.take(MOST).filter(|c| *c != name) {
        let mut limit = (name.len() + candidate.len() + 3) * MOVE_COST / 6;
        if let Some((found, _)) = best {
            limit = limit.min(found.saturating_sub(1));
        }
        let d = distance(name, candidate, limit);
        if d <= limit && best.is_none_or(|(found, _)| d < found) {
            best = Some((d, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What an error message about an unknown name adds, if a candidate is close.
pub fn hint<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    closest(name, candidates).map_or_else(String::new, |near| format!(". Did you mean '{near}'?"))
}
