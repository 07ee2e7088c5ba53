//! `'…%s…' % (a, b)` as an f-string.

use taipan_syntax::ast::*;
use taipan_text::Wtf8Buf;

/// The pieces of text have no place of their own.
const NOWHERE: Span = Span::new(-1, -1, -1, -1);

/// Digits that a width or precision may have.
const MAX_DIGITS: usize = 2;

/// Replaces the node if it is a format of a literal with a tuple, and all conversions are simple.
pub(super) fn fold(e: &mut Expr) {
    let ExprKind::BinOp(n) = &mut e.kind else { return };
    if n.op != Operator::Mod {
        return;
    }
    let ExprKind::Constant(ExprConstant { value: Constant::Str(text), .. }) = &n.left.kind else { return };
    let ExprKind::Tuple(arguments) = &mut n.right.kind else { return };
    if arguments.elts.iter().any(|a| matches!(a.kind, ExprKind::Starred(_))) {
        return;
    }
    let Some(pieces) = parse(text.as_bytes()) else { return };
    let conversions = pieces.iter().filter(|p| matches!(p, Piece::Conversion { .. })).count();
    if conversions != arguments.elts.len() {
        return;
    }
    let mut elts = std::mem::take(&mut arguments.elts).into_iter();
    let mut values = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(bytes) => {
                let Some(text) = Wtf8Buf::from_bytes(bytes) else { continue };
                values.push(Expr::constant(NOWHERE, text.into()));
            }
            Piece::Conversion { conversion, spec } => {
                let Some(value) = elts.next() else { continue };
                let at = value.span;
                let format_spec = (!spec.is_empty()).then(|| Expr::constant(NOWHERE, Constant::str(&spec)));
                let conversion = i32::from(conversion);
                values.push(Expr::new(at, ExprFormattedValue { value, conversion, format_spec }));
            }
        }
    }
    e.kind = ExprJoinedStr { values }.into();
}

enum Piece {
    Literal(Vec<u8>),
    Conversion { conversion: u8, spec: String },
}

/// The pieces of a format, or `None` if there is anything but simple `%s`, `%r` and `%a` in it.
fn parse(text: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            literal.push(first);
            continue;
        }
        if let Some((b'%', after)) = rest.split_first() {
            literal.push(b'%');
            rest = after;
            continue;
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(conversion(&mut rest)?);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Some(pieces)
}

fn conversion(rest: &mut &[u8]) -> Option<Piece> {
    let mut left = false;
    while let Some((&flag @ (b'-' | b'+' | b' ' | b'#' | b'0'), after)) = rest.split_first() {
        left |= flag == b'-';
        *rest = after;
    }
    let width = digits(rest)?;
    let mut precision = None;
    if let Some((b'.', after)) = rest.split_first() {
        *rest = after;
        precision = Some(digits(rest)?.unwrap_or(0));
    }
    let (&conversion @ (b's' | b'r' | b'a'), after) = rest.split_first()? else { return None };
    *rest = after;
    let mut spec = String::new();
    if !left && width.is_some_and(|w| w > 0) {
        spec.push('>');
    }
    if let Some(width) = width {
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push('.');
        spec.push_str(&precision.to_string());
    }
    Some(Piece::Conversion { conversion, spec })
}

/// A number; `None` outside means that it is too long, inside that there is none.
fn digits(rest: &mut &[u8]) -> Option<Option<u32>> {
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if count > MAX_DIGITS {
        return None;
    }
    let value = rest[..count].iter().fold(0, |v, b| v * 10 + u32::from(b - b'0'));
    *rest = &rest[count..];
    Some((count > 0).then_some(value))
}
