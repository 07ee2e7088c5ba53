//! The operations of the specification on decimal numbers, powers and logarithms aside.

use super::number::{Ctx, Dec, Kind, MAX_DIGITS, Rest, Round, power_of_ten, status, times_power};
use dashu_int::UBig;
use dashu_int::ops::{DivRem, Gcd};
use std::cmp::Ordering;

/// The result of an operation with a NaN among its operands: the first signaling one quietly, else the first quiet one.
pub fn nan_of(operands: &[&Dec], ctx: &mut Ctx) -> Option<Dec> {
    let signaling = operands.iter().find(|d| d.kind == Kind::Signaling);
    if signaling.is_some() {
        ctx.status |= status::INVALID_OPERATION;
    }
    let nan = signaling.or_else(|| operands.iter().find(|d| d.kind == Kind::Quiet))?;
    let quiet = Dec { kind: Kind::Quiet, ..(**nan).clone() };
    Some(quiet.finish(ctx))
}

pub fn plus(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    let negative = a.negative && !(a.is_zero() && ctx.round != Round::Floor);
    Dec { negative, ..a.clone() }.finish(ctx)
}

pub fn minus(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    plus(&a.negated(), ctx)
}

pub fn abs(a: &Dec, ctx: &mut Ctx) -> Dec {
    if a.negative { minus(a, ctx) } else { plus(a, ctx) }
}

pub fn sub(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    add(a, &b.negated(), ctx)
}

pub fn add(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx) {
            return nan;
        }
        if a.is_infinite() && b.is_infinite() && a.negative != b.negative {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        return if a.is_infinite() { a.clone() } else { b.clone() };
    }
    match (a.coef.is_zero(), b.coef.is_zero()) {
        (true, true) => {
            let negative = if a.negative == b.negative { a.negative } else { ctx.round == Round::Floor };
            return Dec { negative, exp: a.exp.min(b.exp), ..Dec::zero() }.finish(ctx);
        }
        (true, false) => return add_zero(b, a.exp, ctx),
        (false, true) => return add_zero(a, b.exp, ctx),
        _ => {}
    }
    let (coarse, fine) = if a.exp >= b.exp { (a, b) } else { (b, a) };
    // A number far below the last digit that can stay counts as one unit just below it.
    let floor = coarse.exp + (coarse.digits - ctx.prec - 2).min(-1);
    let stand_in;
    let fine = if fine.adjusted() < floor {
        stand_in = Dec::new(fine.negative, UBig::ONE, floor);
        &stand_in
    } else {
        fine
    };
    let gap = coarse.exp - fine.exp;
    if gap > MAX_DIGITS {
        return ctx.no_memory();
    }
    let aligned = times_power(&coarse.coef, gap);
    let (negative, coef) = if coarse.negative == fine.negative {
        (coarse.negative, aligned + &fine.coef)
    } else {
        match aligned.cmp(&fine.coef) {
            Ordering::Greater => (coarse.negative, aligned - &fine.coef),
            Ordering::Less => (fine.negative, &fine.coef - aligned),
            Ordering::Equal => (ctx.round == Round::Floor, UBig::ZERO),
        }
    };
    Dec::new(negative, coef, fine.exp).finish(ctx)
}

/// `a + 0E<exp>`: `a` with the lower exponent, as far as the precision shows it.
fn add_zero(a: &Dec, exp: i64, ctx: &mut Ctx) -> Dec {
    let exp = exp.min(a.exp).max(a.exp + a.digits - ctx.prec - 1).min(a.exp);
    if a.exp - exp > MAX_DIGITS {
        return ctx.no_memory();
    }
    a.rescaled(exp, ctx.round).0.finish(ctx)
}

pub fn mul(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    let negative = a.negative != b.negative;
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx) {
            return nan;
        }
        if a.is_zero() || b.is_zero() {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        return Dec::infinity(negative);
    }
    if a.digits + b.digits > MAX_DIGITS {
        return ctx.no_memory();
    }
    Dec::new(negative, &a.coef * &b.coef, a.exp + b.exp).finish(ctx)
}

pub fn fma(a: &Dec, b: &Dec, c: &Dec, ctx: &mut Ctx) -> Dec {
    if (a.is_nan() || b.is_nan() || c.is_nan())
        && let Some(nan) = nan_of(&[a, b, c], ctx)
    {
        // A quiet NaN as the addend does not hide an invalid product.
        let invalid = (a.is_infinite() && b.is_zero()) || (a.is_zero() && b.is_infinite());
        if invalid && !a.is_nan() && !b.is_nan() {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        return nan;
    }
    let negative = a.negative != b.negative;
    let product = if a.is_infinite() || b.is_infinite() {
        if a.is_zero() || b.is_zero() {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        Dec::infinity(negative)
    } else {
        if a.digits + b.digits > MAX_DIGITS {
            return ctx.no_memory();
        }
        Dec::new(negative, &a.coef * &b.coef, a.exp + b.exp)
    };
    add(&product, c, ctx)
}

pub fn div(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    let negative = a.negative != b.negative;
    if !a.is_finite() || !b.is_finite() {
        if let Some(nan) = nan_of(&[a, b], ctx) {
            return nan;
        }
        if a.is_infinite() && b.is_infinite() {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        if a.is_infinite() {
            return Dec::infinity(negative);
        }
        ctx.status |= status::CLAMPED;
        return Dec { negative, exp: ctx.etiny(), ..Dec::zero() };
    }
    if b.coef.is_zero() {
        if a.coef.is_zero() {
            return ctx.invalid(status::DIVISION_UNDEFINED);
        }
        ctx.status |= status::DIVISION_BY_ZERO;
        return Dec::infinity(negative);
    }
    let ideal = a.exp - b.exp;
    if a.coef.is_zero() {
        return Dec { negative, exp: ideal, ..Dec::zero() }.finish(ctx);
    }
    let shift = b.digits - a.digits + ctx.prec + 1;
    if shift > MAX_DIGITS {
        return divide_exactly(a, b, negative, ctx);
    }
    let (mut quotient, rest) = if shift >= 0 {
        times_power(&a.coef, shift).div_rem(&b.coef)
    } else {
        (&a.coef).div_rem(times_power(&b.coef, -shift))
    };
    let exact = rest.is_zero();
    if !exact && &quotient % 5u8 == 0 {
        // The digit that is rounded away must not look like zero or half.
        quotient += UBig::ONE;
    }
    let mut result = Dec::new(negative, quotient, ideal - shift);
    if exact {
        result.strip_zeros(shift);
    }
    result.finish(ctx)
}

/// A quotient that ends, for precisions that no memory holds.
fn divide_exactly(a: &Dec, b: &Dec, negative: bool, ctx: &mut Ctx) -> Dec {
    let common = (&a.coef).gcd(&b.coef);
    let (numerator, mut denominator) = (&a.coef / &common, &b.coef / &common);
    let twos = denominator.trailing_zeros().unwrap_or(0);
    denominator >>= twos;
    let mut fives = 0usize;
    while &denominator % 5u8 == 0 {
        denominator /= UBig::from(5u8);
        fives += 1;
    }
    if denominator != UBig::ONE {
        return ctx.no_memory();
    }
    let places = twos.max(fives);
    let coef = numerator * (UBig::from(5u8).pow(places - fives) << (places - twos));
    Dec::new(negative, coef, a.exp - b.exp - places as i64).finish(ctx)
}

/// The integer quotient and the remainder of finite numbers, `b` not zero; `None` where the quotient has more digits than
/// the precision.
fn divide_whole(a: &Dec, b: &Dec, ctx: &Ctx) -> Option<(Dec, Dec)> {
    let negative = a.negative != b.negative;
    let ideal = if b.is_infinite() { a.exp } else { a.exp.min(b.exp) };
    let gap = if b.is_infinite() { -2 } else { a.adjusted() - b.adjusted() };
    if a.coef.is_zero() || b.is_infinite() || gap <= -2 {
        let quotient = Dec { negative, ..Dec::zero() };
        let rest = if a.coef.is_zero() { Dec { exp: ideal, ..a.clone() } } else { lowered(a, ideal)? };
        return Some((quotient, rest));
    }
    if gap > ctx.prec || gap > MAX_DIGITS {
        return None;
    }
    let shift = a.exp - b.exp;
    if shift.abs() > MAX_DIGITS {
        return None;
    }
    let (quotient, rest) = if shift >= 0 {
        times_power(&a.coef, shift).div_rem(&b.coef)
    } else {
        (&a.coef).div_rem(times_power(&b.coef, -shift))
    };
    let quotient = Dec::new(negative, quotient, 0);
    if quotient.digits > ctx.prec {
        return None;
    }
    Some((quotient, Dec::new(a.negative, rest, ideal)))
}

/// `a` with the exponent `exp`, not above its own. A remainder with more digits than any memory is cut by rounding anyway.
fn lowered(a: &Dec, exp: i64) -> Option<Dec> {
    let by = a.exp - exp;
    if by > MAX_DIGITS {
        return None;
    }
    Some(Dec { coef: times_power(&a.coef, by), exp, digits: a.digits + by, ..a.clone() })
}

/// Integer quotient and remainder; the flags of `what` was asked for.
pub fn divmod(a: &Dec, b: &Dec, ctx: &mut Ctx) -> (Dec, Dec) {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return (nan.clone(), nan);
    }
    let negative = a.negative != b.negative;
    if a.is_infinite() {
        let quotient =
            if b.is_infinite() { ctx.invalid(status::INVALID_OPERATION) } else { Dec::infinity(negative) };
        return (quotient, ctx.invalid(status::INVALID_OPERATION));
    }
    if b.is_zero() {
        if a.is_zero() {
            let nan = ctx.invalid(status::DIVISION_UNDEFINED);
            return (nan.clone(), nan);
        }
        ctx.status |= status::DIVISION_BY_ZERO | status::INVALID_OPERATION;
        return (Dec::infinity(negative), Dec::nan());
    }
    match divide_whole(a, b, ctx) {
        Some((quotient, rest)) => (quotient.finish(ctx), rest.finish(ctx)),
        None => {
            let nan = ctx.invalid(status::DIVISION_IMPOSSIBLE);
            (nan.clone(), nan)
        }
    }
}

pub fn div_int(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    let negative = a.negative != b.negative;
    if a.is_infinite() {
        return if b.is_infinite() {
            ctx.invalid(status::INVALID_OPERATION)
        } else {
            Dec::infinity(negative)
        };
    }
    if b.is_zero() {
        if a.is_zero() {
            return ctx.invalid(status::DIVISION_UNDEFINED);
        }
        ctx.status |= status::DIVISION_BY_ZERO;
        return Dec::infinity(negative);
    }
    match divide_whole(a, b, ctx) {
        Some((quotient, _)) => quotient.finish(ctx),
        None => ctx.invalid(status::DIVISION_IMPOSSIBLE),
    }
}

pub fn rem(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    if a.is_infinite() {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if b.is_zero() {
        let bit = if a.is_zero() { status::DIVISION_UNDEFINED } else { status::INVALID_OPERATION };
        return ctx.invalid(bit);
    }
    match divide_whole(a, b, ctx) {
        Some((_, rest)) => rest.finish(ctx),
        None => ctx.invalid(status::DIVISION_IMPOSSIBLE),
    }
}

pub fn rem_near(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    if a.is_infinite() {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if b.is_zero() {
        let bit = if a.is_zero() { status::DIVISION_UNDEFINED } else { status::INVALID_OPERATION };
        return ctx.invalid(bit);
    }
    if b.is_infinite() {
        return a.clone().finish(ctx);
    }
    let ideal = a.exp.min(b.exp);
    if a.is_zero() {
        return Dec { exp: ideal, ..a.clone() }.finish(ctx);
    }
    let gap = a.adjusted() - b.adjusted();
    if gap > ctx.prec {
        return ctx.invalid(status::DIVISION_IMPOSSIBLE);
    }
    if gap <= -2 {
        return match lowered(a, ideal) {
            Some(rest) => rest.finish(ctx),
            None => ctx.no_memory(),
        };
    }
    let (Some(x), Some(y)) = (lowered(a, ideal), lowered(b, ideal)) else { return ctx.no_memory() };
    let (mut quotient, mut rest) = (&x.coef).div_rem(&y.coef);
    let mut negative = a.negative;
    let up = match Rest::of(&rest, &y.coef) {
        Rest::AboveHalf => true,
        Rest::Half => &quotient % 2u8 != 0,
        _ => false,
    };
    if up {
        rest = &y.coef - rest;
        quotient += UBig::ONE;
        negative = !negative;
    }
    if quotient >= *power_of_ten(ctx.prec.min(MAX_DIGITS)) {
        return ctx.invalid(status::DIVISION_IMPOSSIBLE);
    }
    Dec::new(negative, rest, ideal).finish(ctx)
}

/// `a` with the exponent of `b`.
pub fn quantize(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    if a.is_infinite() || b.is_infinite() {
        if a.is_infinite() && b.is_infinite() {
            return a.clone();
        }
        return ctx.invalid(status::INVALID_OPERATION);
    }
    to_exponent(a, b.exp, ctx)
}

/// `a` with an exponent, signalling as quantize does.
pub fn to_exponent(a: &Dec, exp: i64, ctx: &mut Ctx) -> Dec {
    if !(ctx.etiny()..=ctx.emax).contains(&exp) {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.coef.is_zero() {
        return Dec { exp, ..a.clone() }.finish(ctx);
    }
    let adjusted = a.adjusted();
    if adjusted > ctx.emax || adjusted - exp + 1 > ctx.prec {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.exp - exp > MAX_DIGITS {
        return ctx.no_memory();
    }
    let (result, rest) = a.rescaled(exp, ctx.round);
    if result.adjusted() > ctx.emax || result.digits > ctx.prec {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if !result.coef.is_zero() && result.adjusted() < ctx.emin {
        ctx.status |= status::SUBNORMAL;
    }
    if exp > a.exp {
        ctx.status |= status::ROUNDED;
        if rest != Rest::Zero {
            ctx.status |= status::INEXACT;
        }
    }
    result.finish(ctx)
}

/// Rounded to a whole number; with `exact` signalling Inexact and Rounded.
pub fn to_integral(a: &Dec, exact: bool, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_infinite() || a.exp >= 0 {
        return a.clone();
    }
    if a.coef.is_zero() {
        return Dec { exp: 0, ..a.clone() };
    }
    let (result, rest) = a.rescaled(0, ctx.round);
    if exact {
        ctx.status |= status::ROUNDED;
        if rest != Rest::Zero {
            ctx.status |= status::INEXACT;
        }
    }
    result
}

/// Without zeros at the end.
pub fn normalize(a: &Dec, ctx: &mut Ctx) -> Dec {
    let mut result = plus(a, ctx);
    if !result.is_finite() {
        return result;
    }
    if result.coef.is_zero() {
        return Dec { exp: 0, negative: a.negative, ..Dec::zero() };
    }
    let top = if ctx.clamp { ctx.etop() } else { ctx.emax };
    let most = top - result.exp;
    result.strip_zeros(most);
    result
}

/// The comparison as -1, 0 or 1, or NaN; with `signal` every NaN signals.
pub fn compare(a: &Dec, b: &Dec, signal: bool, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        if signal {
            ctx.status |= status::INVALID_OPERATION;
        }
        return nan;
    }
    Dec::from_int(a.compare(b) as i64)
}

/// The total order over all representations.
pub fn compare_total(a: &Dec, b: &Dec) -> Ordering {
    if a.negative != b.negative {
        return b.negative.cmp(&a.negative);
    }
    let rank = |d: &Dec| match d.kind {
        Kind::Finite => 0,
        Kind::Infinite => 1,
        Kind::Signaling => 2,
        Kind::Quiet => 3,
    };
    let magnitude = rank(a).cmp(&rank(b)).then_with(|| match a.kind {
        Kind::Infinite => Ordering::Equal,
        Kind::Finite => a.compare_magnitude(b).then(a.exp.cmp(&b.exp)),
        _ => a.coef.cmp(&b.coef),
    });
    if a.negative { magnitude.reverse() } else { magnitude }
}

/// What `max`, `min` and their magnitude kin pick.
pub fn extreme(a: &Dec, b: &Dec, greatest: bool, by_magnitude: bool, ctx: &mut Ctx) -> Dec {
    if a.is_nan() || b.is_nan() {
        // A single quiet NaN gives way to the number.
        let number = match (a.kind, b.kind) {
            (Kind::Quiet, Kind::Finite | Kind::Infinite) => Some(b),
            (Kind::Finite | Kind::Infinite, Kind::Quiet) => Some(a),
            _ => None,
        };
        if let Some(number) = number {
            return number.clone().finish(ctx);
        }
        if let Some(nan) = nan_of(&[a, b], ctx) {
            return nan;
        }
    }
    let order = if by_magnitude { a.absolute().compare(&b.absolute()) } else { a.compare(b) };
    let order = order.then_with(|| compare_total(a, b));
    let first = if greatest { order != Ordering::Less } else { order == Ordering::Less };
    let picked = if order == Ordering::Equal || first { a } else { b };
    picked.clone().finish(ctx)
}

/// The next number up (or down).
pub fn next(a: &Dec, up: bool, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_infinite() {
        return if a.negative == up { Dec::largest(a.negative, ctx) } else { a.clone() };
    }
    let mut work = Ctx { round: if up { Round::Ceiling } else { Round::Floor }, ..*ctx };
    work.status = 0;
    let rounded = a.clone().finish(&mut work);
    if work.status & status::MALLOC != 0 {
        return ctx.no_memory();
    }
    if rounded.is_infinite() || rounded.compare(a) != Ordering::Equal {
        return rounded;
    }
    let tiny = Dec::new(!up, UBig::ONE, ctx.etiny() - 1);
    let result = add(&rounded, &tiny, &mut work);
    ctx.status |= work.status & status::MALLOC;
    result
}

pub fn next_toward(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    let order = a.compare(b);
    if order == Ordering::Equal {
        return Dec { negative: b.negative, ..a.clone() };
    }
    let result = next(a, order == Ordering::Less, ctx);
    if result.is_infinite() {
        ctx.status |= status::OVERFLOW | status::ROUNDED | status::INEXACT;
    } else if result.is_finite() && result.adjusted() < ctx.emin {
        ctx.status |= status::UNDERFLOW | status::SUBNORMAL | status::ROUNDED | status::INEXACT;
        if result.coef.is_zero() {
            ctx.status |= status::CLAMPED;
        }
    }
    result
}

/// The exponent of the first digit, as a number.
pub fn logb(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_infinite() {
        return Dec::infinity(false);
    }
    if a.coef.is_zero() {
        ctx.status |= status::DIVISION_BY_ZERO;
        return Dec::infinity(true);
    }
    Dec::from_int(a.adjusted()).finish(ctx)
}

/// A whole number with exponent 0 that fits `i64`; `None` else.
fn small_whole(b: &Dec) -> Option<i64> {
    if !b.is_finite() || b.exp != 0 {
        return None;
    }
    let size = i64::try_from(&b.coef).ok()?;
    Some(if b.negative { -size } else { size })
}

pub fn scaleb(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    let limit = 2 * (ctx.emax + ctx.prec);
    let by = match small_whole(b) {
        Some(by) if by.abs() <= limit => by,
        _ => return ctx.invalid(status::INVALID_OPERATION),
    };
    if a.is_infinite() {
        return a.clone();
    }
    let exp = a.exp.saturating_add(by);
    Dec {
        exp: exp.clamp(-4 * ctx.emax.max(1) - 4 * ctx.prec, 4 * ctx.emax.max(1) + 4 * ctx.prec),
        ..a.clone()
    }
    .finish(ctx)
}

/// How far `shift` and `rotate` go; InvalidOperation past the precision.
fn distance(b: &Dec, ctx: &mut Ctx) -> Option<i64> {
    small_whole(b).filter(|by| by.abs() <= ctx.prec)
}

/// The coefficient without digits past the precision.
fn low_digits(coef: &UBig, prec: i64) -> UBig {
    super::number::div_power(coef, prec).1
}

pub fn shift(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    let Some(by) = distance(b, ctx) else { return ctx.invalid(status::INVALID_OPERATION) };
    if a.is_infinite() {
        return a.clone();
    }
    let coef = if a.digits > ctx.prec { low_digits(&a.coef, ctx.prec) } else { a.coef.clone() };
    let coef = if by < 0 {
        if -by > a.digits { UBig::ZERO } else { super::number::div_power(&coef, -by).0 }
    } else if coef.is_zero() {
        coef
    } else {
        if by > MAX_DIGITS {
            return ctx.no_memory();
        }
        let shifted = times_power(&coef, by);
        if super::number::count_digits(&shifted) > ctx.prec {
            low_digits(&shifted, ctx.prec)
        } else {
            shifted
        }
    };
    Dec::new(a.negative, coef, a.exp)
}

pub fn rotate(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    let Some(by) = distance(b, ctx) else { return ctx.invalid(status::INVALID_OPERATION) };
    if a.is_infinite() {
        return a.clone();
    }
    if ctx.prec > MAX_DIGITS {
        return ctx.no_memory();
    }
    let coef = if a.digits > ctx.prec { low_digits(&a.coef, ctx.prec) } else { a.coef.clone() };
    let left = by.rem_euclid(ctx.prec);
    let (high, low) = super::number::div_power(&coef, ctx.prec - left);
    Dec::new(a.negative, times_power(&low, left) + high, a.exp)
}

/// The digits of a logical operand, first one first: all 0 or 1, not negative, exponent 0.
fn logical_digits(a: &Dec, ctx: &Ctx) -> Option<Vec<u8>> {
    if !a.is_finite() || a.negative || a.exp != 0 {
        return None;
    }
    let text = super::text::digits(&a.coef).into_bytes();
    if text.iter().any(|d| !matches!(d, b'0' | b'1')) {
        return None;
    }
    let skip = text.len().saturating_sub(ctx.prec.min(MAX_DIGITS) as usize);
    Some(text[skip..].iter().rev().map(|d| d - b'0').collect())
}

fn from_logical(reversed: Vec<u8>) -> Dec {
    let text: String = reversed.iter().rev().map(|&d| char::from(d + b'0')).collect();
    Dec::new(false, super::text::parse_digits(text.trim_start_matches('0')), 0)
}

/// A digit-wise operation on logical operands.
pub fn logical(a: &Dec, b: &Dec, op: fn(u8, u8) -> u8, ctx: &mut Ctx) -> Dec {
    let (Some(x), Some(y)) = (logical_digits(a, ctx), logical_digits(b, ctx)) else {
        return ctx.invalid(status::INVALID_OPERATION);
    };
    let len = x.len().max(y.len());
    let digit = |v: &[u8], i: usize| v.get(i).copied().unwrap_or(0);
    from_logical((0..len).map(|i| op(digit(&x, i), digit(&y, i))).collect())
}

pub fn logical_invert(a: &Dec, ctx: &mut Ctx) -> Dec {
    let Some(mut x) = logical_digits(a, ctx) else { return ctx.invalid(status::INVALID_OPERATION) };
    if ctx.prec > MAX_DIGITS {
        return ctx.no_memory();
    }
    x.resize(ctx.prec as usize, 0);
    from_logical(x.into_iter().map(|d| 1 - d).collect())
}

/// The name of the kind of number.
pub fn class(a: &Dec, ctx: &Ctx) -> &'static str {
    match (a.kind, a.negative) {
        (Kind::Quiet, _) => "NaN",
        (Kind::Signaling, _) => "sNaN",
        (Kind::Infinite, false) => "+Infinity",
        (Kind::Infinite, true) => "-Infinity",
        (Kind::Finite, negative) => {
            let (plus, minus) = if a.coef.is_zero() {
                ("+Zero", "-Zero")
            } else if a.adjusted() < ctx.emin {
                ("+Subnormal", "-Subnormal")
            } else {
                ("+Normal", "-Normal")
            };
            if negative { minus } else { plus }
        }
    }
}

pub fn same_quantum(a: &Dec, b: &Dec) -> bool {
    match (a.kind, b.kind) {
        (Kind::Finite, Kind::Finite) => a.exp == b.exp,
        (Kind::Infinite, Kind::Infinite) => true,
        _ => a.is_nan() && b.is_nan(),
    }
}
