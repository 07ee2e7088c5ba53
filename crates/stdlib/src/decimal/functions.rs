//! Square roots, exponentials, logarithms and powers. The transcendental ones are computed in binary fixed point, with more
//! and more digits until the rounding is certain.

use super::arith::{self, nan_of};
use super::number::{Ctx, Dec, MAX_DIGITS, Round, power_of_ten, status, times_power};
use dashu_int::ops::{BitTest, SquareRootRem};
use dashu_int::{IBig, UBig};
use std::cell::RefCell;

pub fn sqrt(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_zero() {
        return Dec { exp: a.exp.div_euclid(2), ..a.clone() }.finish(ctx);
    }
    if a.negative {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.is_infinite() {
        return a.clone();
    }
    // One digit more than the precision, of a coefficient whose exponent is even.
    let ideal = a.exp.div_euclid(2);
    let odd = a.exp.rem_euclid(2);
    let (coef, len) = if odd == 1 {
        (times_power(&a.coef, 1), a.digits / 2 + 1)
    } else {
        (a.coef.clone(), (a.digits + 1) / 2)
    };
    let mut shift = ctx.prec + 1 - len;
    if 2 * shift > MAX_DIGITS {
        // Only a root that ends fits in memory.
        shift = 0;
    }
    let (scaled, dropped) = if shift >= 0 {
        (times_power(&coef, 2 * shift), false)
    } else {
        let (quotient, rest) = super::number::div_power(&coef, -2 * shift);
        (quotient, !rest.is_zero())
    };
    let (mut root, rest) = scaled.sqrt_rem();
    let exact = rest.is_zero() && !dropped;
    if !exact && ctx.prec > MAX_DIGITS {
        return ctx.no_memory();
    }
    let mut result;
    if exact {
        result = Dec::new(false, root, ideal - shift);
        result.strip_zeros(shift);
        if shift < 0 {
            // Digits went that were zeros; the ideal exponent has them.
            let room = (ctx.prec + 1 - result.digits).min(-shift).max(0);
            result = result.rescaled(result.exp - room, Round::Down).0;
        }
    } else {
        if &root % 5u8 == 0 {
            root += UBig::ONE;
        }
        result = Dec::new(false, root, ideal - shift);
    }
    let mut work = Ctx { round: Round::HalfEven, ..*ctx };
    let result = result.finish(&mut work);
    ctx.status = work.status;
    result
}

// ---- fixed point

/// `atanh(1/n) * 2^bits`.
fn atanh_inverse(n: u32, bits: usize) -> UBig {
    let square = UBig::from(n) * UBig::from(n);
    let mut power = (UBig::ONE << bits) / UBig::from(n);
    let mut sum = power.clone();
    let mut k = 1u32;
    while !power.is_zero() {
        power /= &square;
        k += 2;
        sum += &power / UBig::from(k);
    }
    sum
}

thread_local! {
    /// ln 10 in fixed point, with the most bits asked for so far.
    static LN10: RefCell<(usize, UBig)> = const { RefCell::new((0, UBig::ZERO)) };
}

/// `ln(10) * 2^bits`, low by less than a few units.
fn ln10(bits: usize) -> UBig {
    LN10.with_borrow_mut(|(known, value)| {
        if *known < bits {
            // ln 10 = 3 ln 2 + ln 1.25, ln 2 = 2 atanh(1/3), ln 1.25 = 2 atanh(1/9).
            let wide = bits + 64;
            *value =
                (atanh_inverse(3, wide) * UBig::from(6u8) + (atanh_inverse(9, wide) << 1usize)) >> 32usize;
            *known = bits + 32;
        }
        &*value >> (*known - bits)
    })
}

/// `e^(x / 2^bits) * 2^bits` for 0 <= x < 2.5 * 2^bits.
fn exp_fixed(x: &UBig, bits: usize) -> UBig {
    let halvings = (bits as f64).sqrt() as usize / 2 + 4;
    let wide = bits + 2 * halvings + 16;
    let x = (x << (wide - bits)) >> halvings;
    let one = UBig::ONE << wide;
    let mut term = one.clone();
    let mut sum = one;
    let mut k = 1u32;
    loop {
        term = ((term * &x) >> wide) / UBig::from(k);
        if term.is_zero() {
            break;
        }
        sum += &term;
        k += 1;
    }
    for _ in 0..halvings {
        sum = (&sum * &sum) >> wide;
    }
    sum >> (wide - bits)
}

/// `ln(x / 2^bits) * 2^bits` for x > 0 of any size near 1 to some powers of two.
fn ln_fixed(x: &UBig, bits: usize) -> IBig {
    let roots = (bits as f64).sqrt() as usize / 2 + 4;
    let wide = bits + roots + 32;
    let mut y = x << (wide - bits);
    for _ in 0..roots {
        y = (y << wide).sqrt_rem().0;
    }
    // ln y = 2 atanh((y - 1) / (y + 1)).
    let one = UBig::ONE << wide;
    let numerator = IBig::from(y.clone()) - IBig::from(one.clone());
    let t = (numerator << wide) / IBig::from(y + one);
    let square = (&t * &t) >> wide;
    let mut power = t.clone();
    let mut sum = t;
    let mut k = 1i32;
    loop {
        power = (power * &square) >> wide;
        k += 2;
        let term = &power / IBig::from(k);
        if term == IBig::ZERO {
            break;
        }
        sum += term;
    }
    let shift = wide - bits;
    let result = sum << (roots + 1);
    result >> shift
}

/// Bits for so many decimal digits.
fn bits_for(digits: i64) -> usize {
    (digits as f64 * std::f64::consts::LOG2_10) as usize + 8
}

/// Rounds `coef * 10^exp`, known to within `slack` units either way, to the context (half-even); `None` where the slack
/// leaves the rounding open.
fn certain(negative: bool, coef: UBig, exp: i64, slack: u32, ctx: &mut Ctx) -> Option<Dec> {
    let low = if coef > UBig::from(slack) { &coef - UBig::from(slack) } else { UBig::ONE };
    let high = coef + UBig::from(slack);
    let (mut low_ctx, mut high_ctx) =
        (Ctx { round: Round::HalfEven, ..*ctx }, Ctx { round: Round::HalfEven, ..*ctx });
    let a = Dec::new(negative, low, exp).finish(&mut low_ctx);
    let b = Dec::new(negative, high, exp).finish(&mut high_ctx);
    let same = a.kind == b.kind && a.coef == b.coef && a.exp == b.exp;
    if !same {
        return None;
    }
    ctx.status |= low_ctx.status | high_ctx.status | status::INEXACT | status::ROUNDED;
    if ctx.status & status::SUBNORMAL != 0 {
        ctx.status |= status::UNDERFLOW;
    }
    Some(a)
}

/// 1 with as many digits as the precision, inexact: what lies next to it rounds to it.
fn inexact_one(ctx: &mut Ctx) -> Dec {
    ctx.status |= status::INEXACT | status::ROUNDED;
    if ctx.prec > MAX_DIGITS {
        return ctx.no_memory();
    }
    Dec::new(false, (*power_of_ten(ctx.prec - 1)).clone(), 1 - ctx.prec).finish(ctx)
}

pub fn exp(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_infinite() {
        return if a.negative { Dec::zero() } else { a.clone() };
    }
    if a.is_zero() {
        return Dec::one();
    }
    let adjusted = a.adjusted();
    // e^x overflows or underflows for any |x| from 10^20 on.
    if adjusted >= 20 {
        let far = if a.negative { -3 * super::number::MAX_EMAX } else { 3 * super::number::MAX_EMAX };
        let mut work = Ctx { round: Round::HalfEven, ..*ctx };
        let result = Dec::new(false, UBig::ONE, far).finish(&mut work);
        ctx.status |= work.status | status::INEXACT | status::ROUNDED;
        return result;
    }
    if ctx.prec > MAX_DIGITS / 8 {
        return ctx.no_memory();
    }
    if adjusted < -ctx.prec - 1 {
        return inexact_one(ctx);
    }
    let mut extra = 6;
    loop {
        let digits = ctx.prec + extra;
        let (coef, exp) = exp_digits(a, digits);
        if let Some(result) = certain(false, coef, exp, 4, ctx) {
            return result;
        }
        extra += extra.max(ctx.prec / 4);
    }
}

/// e^a to about `digits` digits.
fn exp_digits(a: &Dec, digits: i64) -> (UBig, i64) {
    let adjusted = a.adjusted().max(0);
    let bits = bits_for(digits + 3);
    // The reduction by ln 10 costs as many digits as the quotient has.
    let wide = bits + bits_for(adjusted + 3);
    let x = to_fixed(a, wide);
    let x = if a.negative { -IBig::from(x) } else { IBig::from(x) };
    let ln10 = IBig::from(ln10(wide));
    use dashu_int::ops::DivRemEuclid;
    let (quotient, rest) = x.div_rem_euclid(&ln10);
    let tens = i64::try_from(&quotient).unwrap_or(0);
    let y = exp_fixed(&(rest >> (wide - bits)), bits);
    let coef = times_power(&y, digits - 1) >> bits;
    (coef, tens - (digits - 1))
}

/// `|a| * 2^bits`.
fn to_fixed(a: &Dec, bits: usize) -> UBig {
    if a.exp >= 0 {
        times_power(&a.coef, a.exp) << bits
    } else if -a.exp > MAX_DIGITS {
        UBig::ZERO
    } else {
        (&a.coef << bits) / &*power_of_ten(-a.exp)
    }
}

/// ln|a| for finite a, not 0 nor ±1, as `coef * 10^exp` with about `digits` good digits, and its sign.
fn ln_digits(a: &Dec, digits: i64) -> (bool, UBig, i64) {
    let adjusted = a.adjusted();
    // Near 1 the logarithm is as small as the distance from 1.
    let near = if adjusted == 0 || adjusted == -1 {
        let mut work = Ctx::work(a.digits + 2);
        let distance = arith::sub(&a.absolute(), &Dec::one(), &mut work);
        (-distance.adjusted()).max(0)
    } else {
        0
    };
    let tens = if near > 0 { 0 } else { adjusted };
    let size = if tens == 0 { 0 } else { tens.unsigned_abs().ilog10() as i64 + 1 };
    let bits = bits_for(digits + near + size + 4);
    let mantissa = Dec { exp: a.exp - tens, ..a.absolute() };
    let mut value = ln_fixed(&to_fixed(&mantissa, bits), bits);
    if tens != 0 {
        value += IBig::from(ln10(bits)) * IBig::from(tens);
    }
    let negative = value < IBig::ZERO;
    let magnitude = value.unsigned_abs_or_zero();
    // The exponent of the first digit, from above.
    let places = digits + near;
    let coef = times_power(&magnitude, places) >> bits;
    (negative, coef, -places)
}

trait UnsignedAbs {
    fn unsigned_abs_or_zero(self) -> UBig;
}
impl UnsignedAbs for IBig {
    fn unsigned_abs_or_zero(self) -> UBig {
        self.into_parts().1
    }
}

pub fn ln(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_zero() {
        return Dec::infinity(true);
    }
    if a.negative {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.is_infinite() {
        return a.clone();
    }
    if a.compare(&Dec::one()).is_eq() {
        return Dec::zero();
    }
    if ctx.prec > MAX_DIGITS / 8 {
        return ctx.no_memory();
    }
    let mut extra = 6;
    loop {
        let (negative, coef, exp) = ln_digits(a, ctx.prec + extra);
        if let Some(result) = certain(negative, coef, exp, 8, ctx) {
            return result;
        }
        extra += extra.max(ctx.prec / 4);
    }
}

/// The k for which a is 10^k.
fn exact_log10(a: &Dec) -> Option<i64> {
    let zeros = a.trailing_zeros();
    (zeros == a.digits - 1 && *power_of_ten(zeros) == a.coef).then_some(a.exp + zeros)
}

pub fn log10(a: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a], ctx) {
        return nan;
    }
    if a.is_zero() {
        return Dec::infinity(true);
    }
    if a.negative {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.is_infinite() {
        return a.clone();
    }
    if let Some(k) = exact_log10(a) {
        let mut work = Ctx { round: Round::HalfEven, ..*ctx };
        let result = Dec::from_int(k).finish(&mut work);
        ctx.status = work.status;
        return result;
    }
    if ctx.prec > MAX_DIGITS / 8 {
        return ctx.no_memory();
    }
    let mut extra = 6;
    loop {
        let digits = ctx.prec + extra;
        let (negative, coef, exp) = ln_digits(a, digits + 2);
        let bits = bits_for(super::number::count_digits(&coef) + 6);
        let quotient = ((coef << bits) / ln10(bits)) / UBig::from(100u8);
        if let Some(result) = certain(negative, quotient, exp + 2, 8, ctx) {
            return result;
        }
        extra += extra.max(ctx.prec / 4);
    }
}

// ---- powers

/// Whether a whole number is odd.
fn is_odd(b: &Dec) -> bool {
    match b.exp {
        0 => b.coef.bit(0),
        e if e > 0 => false,
        e => super::number::div_power(&b.coef, -e).0.bit(0),
    }
}

pub fn pow(a: &Dec, b: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b], ctx) {
        return nan;
    }
    if b.is_zero() {
        if a.is_zero() {
            return ctx.invalid(status::INVALID_OPERATION);
        }
        return Dec::one();
    }
    let whole = b.is_integer();
    let negative = a.negative && whole && is_odd(b);
    if a.negative && !whole && !a.is_zero() {
        // Only whole powers of negative numbers are real.
        return ctx.invalid(status::INVALID_OPERATION);
    }
    if a.is_zero() {
        if b.negative {
            // A division by zero in libmpdec's view gives only the infinity.
            return Dec::infinity(negative);
        }
        return Dec { negative, ..Dec::zero() }.finish(ctx);
    }
    if a.is_infinite() {
        return if b.negative {
            Dec { negative, ..Dec::zero() }.finish(ctx)
        } else {
            Dec::infinity(negative)
        };
    }
    let one = a.absolute().compare(&Dec::one());
    if one.is_eq() {
        return power_of_one(b, whole, negative, ctx);
    }
    if b.is_infinite() {
        return if one.is_gt() != b.negative { Dec::infinity(false) } else { Dec { exp: 0, ..Dec::zero() } };
    }
    if ctx.prec > MAX_DIGITS {
        return whole_power(a, b, negative, ctx).unwrap_or_else(|| ctx.no_memory());
    }
    if whole && let Some(result) = whole_power(a, b, negative, ctx) {
        return result;
    }
    real_power(a, b, negative, ctx)
}

/// ±1 to a power: exact for whole ones where all its digits are wanted, else a one of full length.
fn power_of_one(b: &Dec, whole: bool, negative: bool, ctx: &mut Ctx) -> Dec {
    if !whole || b.is_infinite() {
        let one = inexact_one(ctx);
        return Dec { negative, ..one };
    }
    Dec { negative, ..Dec::one() }.finish(ctx)
}

/// A power with a whole exponent by multiplication, where the exponent is not too large for that.
fn whole_power(a: &Dec, b: &Dec, negative: bool, ctx: &mut Ctx) -> Option<Dec> {
    let n = match b.exp {
        0 => i64::try_from(&b.coef).ok()?,
        e if e > 0 => {
            if e > 18 {
                return None;
            }
            i64::try_from(&times_power(&b.coef, e)).ok()?
        }
        e => i64::try_from(&super::number::div_power(&b.coef, -e).0).ok()?,
    };
    let exact_digits = (a.digits as i128) * i128::from(n);
    // A power of ten is a matter of the exponent.
    if a.coef == UBig::ONE {
        let exp = i128::from(a.exp) * i128::from(if b.negative { -n } else { n });
        let limit = 4 * i128::from(super::number::MAX_EMAX);
        let exp = exp.clamp(-limit, limit) as i64;
        return Some(Dec::new(negative, UBig::ONE, exp).finish(ctx));
    }
    let work_prec = ctx.prec.min(MAX_DIGITS) + 4 + i64::from(n.max(1).ilog10()) + 1;
    let power = if exact_digits <= i128::from(2 * work_prec.min(MAX_DIGITS / 2))
        || (n <= 2 && a.digits < MAX_DIGITS / 4)
    {
        let exp = i128::from(a.exp) * i128::from(n);
        let limit = 4 * i128::from(super::number::MAX_EMAX);
        Dec::new(false, a.coef.pow(n as usize), exp.clamp(-limit, limit) as i64)
    } else {
        if ctx.prec > MAX_DIGITS {
            return None;
        }
        let mut work = Ctx::work(work_prec + 8);
        let mut result: Option<Dec> = None;
        for i in (0..64 - n.leading_zeros()).rev() {
            if let Some(r) = &result {
                result = Some(arith::mul(r, r, &mut work));
            }
            if n >> i & 1 == 1 {
                result = Some(match &result {
                    Some(r) => arith::mul(r, &a.absolute(), &mut work),
                    None => a.absolute(),
                });
            }
        }
        let result = result?;
        if !result.is_finite() || work.status & (status::UNDERFLOW | status::OVERFLOW) != 0 {
            let far = 3 * super::number::MAX_EMAX;
            let up = (a.adjusted() >= 0) != b.negative;
            return Some(Dec::new(negative, UBig::from(11u8), if up { far } else { -far }).finish(ctx));
        }
        let inexact = work.status & status::INEXACT != 0;
        if inexact {
            ctx.status |= status::INEXACT | status::ROUNDED;
        }
        result
    };
    if b.negative {
        let result = arith::div(&Dec { negative, ..Dec::one() }, &power, ctx);
        return Some(result);
    }
    Some(Dec { negative, ..power }.finish(ctx))
}

/// `e^(b ln a)`.
fn real_power(a: &Dec, b: &Dec, negative: bool, ctx: &mut Ctx) -> Dec {
    let size = a.adjusted().unsigned_abs().max(1).ilog10() as i64 + 2;
    // A power so far from 1 that its exponent does not fit is told by the magnitudes alone.
    let log_size = (a.adjusted().unsigned_abs() as f64).max(1e-18).log10() + b.adjusted() as f64;
    if a.adjusted() != 0 && a.adjusted() != -1 && log_size > 20.0 {
        let far = 3 * super::number::MAX_EMAX;
        let up = (a.adjusted() >= 0) != b.negative;
        return Dec::new(negative, UBig::from(11u8), if up { far } else { -far }).finish(ctx);
    }
    let mut work = Ctx::work(ctx.prec.max(a.digits) + 4 + 19 + size + b.adjusted().clamp(0, 20));
    let log = ln(a, &mut work);
    let product = arith::mul(&log, b, &mut work);
    if product.adjusted() < -ctx.prec - 2 {
        let one = inexact_one(ctx);
        return Dec { negative, ..one };
    }
    work.prec = ctx.prec + 8;
    let result = exp(&product, &mut work);
    if work.status & (status::OVERFLOW | status::UNDERFLOW) != 0 || !result.is_finite() {
        let far = 3 * super::number::MAX_EMAX;
        return Dec::new(negative, UBig::from(11u8), if product.negative { -far } else { far }).finish(ctx);
    }
    let result = Dec { negative, ..result }.finish(ctx);
    ctx.status |= status::INEXACT | status::ROUNDED;
    result
}

/// `a ** b % m` of whole numbers.
pub fn pow_mod(a: &Dec, b: &Dec, m: &Dec, ctx: &mut Ctx) -> Dec {
    if let Some(nan) = nan_of(&[a, b, m], ctx) {
        return nan;
    }
    let invalid = !(a.is_integer() && b.is_integer() && m.is_integer())
        || (b.negative && !b.is_zero())
        || m.is_zero()
        || (a.is_zero() && b.is_zero())
        || m.adjusted() >= ctx.prec;
    if invalid || m.adjusted() > MAX_DIGITS {
        return ctx.invalid(status::INVALID_OPERATION);
    }
    let whole = |d: &Dec| d.rescaled(0, Round::Down).0.coef;
    let modulus = whole(m);
    let negative = a.negative && is_odd(b) && !b.is_zero();
    let mut base = (whole(&Dec { exp: 0, ..a.clone() }) % &modulus) * UBig::ONE;
    if a.exp > 0 {
        base = base * power_mod(&UBig::from(10u8), &UBig::from(a.exp as u64), &modulus) % &modulus;
    } else if a.exp < 0 {
        base = whole(a) % &modulus;
    }
    let mut result = if b.exp <= 0 {
        power_mod(&base, &whole(b), &modulus)
    } else {
        // base ** (coef * 10**exp), ten by ten.
        let mut power = power_mod(&base, &b.coef, &modulus);
        for _ in 0..b.exp {
            power = power_mod(&power, &UBig::from(10u8), &modulus);
        }
        power
    };
    result %= &modulus;
    Dec::new(negative, result, 0).finish(ctx)
}

fn power_mod(base: &UBig, exponent: &UBig, modulus: &UBig) -> UBig {
    let mut result = UBig::ONE % modulus;
    for i in (0..exponent.bit_len()).rev() {
        result = &result * &result % modulus;
        if exponent.bit(i) {
            result = result * base % modulus;
        }
    }
    result
}
