//! Functions of integers: gcd, lcm, factorial, comb, perm, isqrt.

use dashu_int::ops::{Abs, Gcd, SquareRoot};
use dashu_int::{IBig, UBig};
use taipan_macros::{native, natives};
use taipan_object::{Cx, IntRef, NativeDef, R, Value, int};

fn magnitude(value: &Value) -> UBig {
    value
        .as_int()
        .map(|i| i.to_big().into_owned().abs())
        .and_then(|i| i.try_into().ok())
        .unwrap_or(UBig::ZERO)
}

/// Greatest Common Divisor.
#[native("math.gcd(*integers)")]
fn gcd(cx: &mut Cx, integers: &[Value]) -> R {
    let mut result = UBig::ZERO;
    let mut small = Some(0u64);
    for value in integers {
        let value = int::index(cx, value)?;
        if let (Some(a), Some(IntRef::Small(b))) = (small, value.as_int()) {
            let (mut a, mut b) = (a, b.unsigned_abs());
            while b != 0 {
                (a, b) = (b, a % b);
            }
            small = Some(a);
            continue;
        }
        if let Some(a) = small.take() {
            result = UBig::from(a);
        }
        let other = magnitude(&value);
        result = match (result == UBig::ZERO, other == UBig::ZERO) {
            (true, _) => other,
            (_, true) => result,
            _ => result.gcd(other),
        };
    }
    match small {
        Some(a) => Ok(cx.int_from_u64(a)),
        None => Ok(cx.int_from_big(IBig::from(result))),
    }
}

/// Least Common Multiple.
#[native("math.lcm(*integers)")]
fn lcm(cx: &mut Cx, integers: &[Value]) -> R {
    let mut result = UBig::ONE;
    for value in integers {
        let value = int::index(cx, value)?;
        let other = magnitude(&value);
        if other == UBig::ZERO || result == UBig::ZERO {
            result = UBig::ZERO;
            continue;
        }
        let common = (&result).gcd(&other);
        result = result / common * other;
    }
    Ok(cx.int_from_big(IBig::from(result)))
}

/// The product of the numbers from `low` to `high` by halves, so that factors stay of like size.
fn product(low: u64, high: u64) -> UBig {
    if low > high {
        return UBig::ONE;
    }
    if high - low < 8 {
        return (low..=high).fold(UBig::ONE, |p, i| p * UBig::from(i));
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle + 1, high)
}

/// Find n!.
#[native("math.factorial(n, /)")]
fn factorial(cx: &mut Cx, n: &Value) -> R {
    let n = int::index(cx, n)?;
    match n.as_int() {
        Some(i) if i.is_negative() => Err(cx.value_error("factorial() not defined for negative values")),
        Some(IntRef::Small(i)) => {
            // n! has about n log2 n bits; what no memory holds is refused before it is tried.
            if i > 1 << 32 {
                return Err(cx.memory_error());
            }
            Ok(cx.int_from_big(IBig::from(product(2, i as u64))))
        }
        _ => Err(cx.overflow_error("factorial() argument should not exceed 9223372036854775807")),
    }
}

/// Return the integer part of the square root of the input.
#[native("math.isqrt(n, /)")]
fn isqrt(cx: &mut Cx, n: &Value) -> R {
    let n = int::index(cx, n)?;
    match n.as_int() {
        Some(i) if i.is_negative() => Err(cx.value_error("isqrt() argument must be nonnegative")),
        Some(IntRef::Small(i)) => Ok(cx.int(i.isqrt())),
        _ => {
            let root = magnitude(&n).sqrt();
            Ok(cx.int_from_big(IBig::from(root)))
        }
    }
}

/// `n * (n - 1) * … ` of `k` factors.
fn falling(cx: &mut Cx, n: &UBig, k: u64) -> R<UBig> {
    if let Ok(small) = u64::try_from(n) {
        return Ok(product(small - k + 1, small));
    }
    let mut result = UBig::ONE;
    for i in 0..k {
        result *= n - UBig::from(i);
        if cx.broken() {
            cx.handle_breaker()?;
        }
    }
    Ok(result)
}

fn non_negative(cx: &mut Cx, value: &Value, name: &str) -> R<UBig> {
    let value = int::index(cx, value)?;
    if value.as_int().is_some_and(IntRef::is_negative) {
        return Err(cx.value_error(format!("{name} must be a non-negative integer")));
    }
    Ok(magnitude(&value))
}

/// Number of ways to choose k items from n items without repetition and without order.
///
/// Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
/// to zero when k > n.
///
/// Also called the binomial coefficient because it is equivalent
/// to the coefficient of k-th term in polynomial expansion of the
/// expression (1 + x)**n.
///
/// Raises a TypeError if either of the arguments are not integers.
/// Raises a ValueError if either of the arguments are negative.
#[native("math.comb(n, k, /)")]
fn comb(cx: &mut Cx, n: &Value, k: &Value) -> R {
    let n = non_negative(cx, n, "n")?;
    let k = non_negative(cx, k, "k")?;
    if k > n {
        return Ok(cx.int(0));
    }
    let k = k.clone().min(&n - &k);
    let Ok(k) = u64::try_from(&k) else {
        return Err(cx.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    let top = falling(cx, &n, k)?;
    Ok(cx.int_from_big(IBig::from(top / product(2, k))))
}

/// Number of ways to choose k items from n items without repetition and with order.
///
/// Evaluates to n! / (n - k)! when k <= n and evaluates
/// to zero when k > n.
///
/// If k is not specified or is None, then k defaults to n
/// and the function returns n!.
///
/// Raises a TypeError if either of the arguments are not integers.
/// Raises a ValueError if either of the arguments are negative.
#[native("math.perm(n, k=None, /)")]
fn perm(cx: &mut Cx, n: &Value, k: Option<&Value>) -> R {
    let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(cx, n) };
    let n = non_negative(cx, n, "n")?;
    let k = non_negative(cx, k, "k")?;
    if k > n {
        return Ok(cx.int(0));
    }
    let Ok(k) = u64::try_from(&k) else {
        return Err(cx.overflow_error(format!("k must not exceed {}", i64::MAX)));
    };
    let result = falling(cx, &n, k)?;
    Ok(cx.int_from_big(IBig::from(result)))
}

pub static FUNCTIONS: &[&NativeDef] = natives![gcd, lcm, factorial, isqrt, comb, perm];
