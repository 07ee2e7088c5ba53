//! `_path_normpath` and `_path_splitroot_ex`: what `posixpath` has natively.

use taipan_object::{Cx, R, Value};

use crate::support::fspath;

/// Length of the root of a path: two slashes exactly are a root of their own.
fn root_len(points: &[u32]) -> usize {
    let slashes = points.iter().take_while(|c| **c == u32::from('/')).count();
    match slashes {
        0 => 0,
        2 => 2,
        _ => 1,
    }
}

fn points_of(cx: &mut Cx, path: &Value) -> R<(Vec<u32>, bool)> {
    let path = fspath(cx, path)?;
    Ok(match (path.as_str(), path.as_bytes()) {
        (Some(text), _) => (text.chars().collect(), false),
        (_, Some(bytes)) => (bytes.as_slice().iter().map(|b| u32::from(*b)).collect(), true),
        _ => (Vec::new(), false),
    })
}

fn value(cx: &Cx, points: &[u32], is_bytes: bool) -> Value {
    if is_bytes {
        let bytes: Vec<u8> = points.iter().map(|c| *c as u8).collect();
        cx.bytes(&bytes)
    } else {
        cx.str_from_code_points(points).into_value()
    }
}

pub fn normpath(cx: &mut Cx, path: &Value) -> R {
    let (points, is_bytes) = points_of(cx, path)?;
    let slash = u32::from('/');
    let dot = u32::from('.');
    let root = root_len(&points);
    let mut parts: Vec<&[u32]> = Vec::new();
    for part in points[root..].split(|c| *c == slash) {
        if part.is_empty() || part == [dot] {
            continue;
        }
        let is_up = part == [dot, dot];
        if !is_up || root == 0 && parts.last().is_none_or(|last| *last == [dot, dot]) {
            parts.push(part);
        } else {
            parts.pop();
        }
    }
    let mut out = points[..root].to_vec();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(slash);
        }
        out.extend_from_slice(part);
    }
    if out.is_empty() {
        out.push(dot);
    }
    Ok(value(cx, &out, is_bytes))
}

pub fn splitroot(cx: &mut Cx, path: &Value) -> R {
    let (points, is_bytes) = points_of(cx, path)?;
    let (root, tail) = points.split_at(root_len(&points));
    let (drive, root, tail) =
        (value(cx, &[], is_bytes), value(cx, root, is_bytes), value(cx, tail, is_bytes));
    Ok(cx.tuple_value([drive, root, tail]))
}
