//! Decimal numbers and the rounding of results: the General Decimal Arithmetic specification's data model, over binary
//! big integers. Pure: no Python object is known here.

use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

/// The bits of a status, numbered as libmpdec's.
pub mod status {
    pub const CLAMPED: u32 = 1;
    pub const CONVERSION_SYNTAX: u32 = 1 << 1;
    pub const DIVISION_BY_ZERO: u32 = 1 << 2;
    pub const DIVISION_IMPOSSIBLE: u32 = 1 << 3;
    pub const DIVISION_UNDEFINED: u32 = 1 << 4;
    pub const INEXACT: u32 = 1 << 6;
    pub const INVALID_CONTEXT: u32 = 1 << 7;
    pub const INVALID_OPERATION: u32 = 1 << 8;
    /// Not enough memory for the result.
    pub const MALLOC: u32 = 1 << 9;
    pub const FLOAT_OPERATION: u32 = 1 << 10;
    pub const OVERFLOW: u32 = 1 << 11;
    pub const ROUNDED: u32 = 1 << 12;
    pub const SUBNORMAL: u32 = 1 << 13;
    pub const UNDERFLOW: u32 = 1 << 14;
    /// All that the signal InvalidOperation stands for.
    pub const INVALID: u32 = CONVERSION_SYNTAX
        | DIVISION_IMPOSSIBLE
        | DIVISION_UNDEFINED
        | INVALID_CONTEXT
        | INVALID_OPERATION
        | 1 << 5;
}

pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MAX_EMAX: i64 = MAX_PREC;
pub const MIN_EMIN: i64 = -MAX_PREC;
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);
/// More digits than this are not made: the result would not fit in memory.
pub const MAX_DIGITS: i64 = 2_000_000_000;

/// Rounding modes, in the order of libmpdec's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Round {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}

impl Round {
    pub const ALL: [(Round, &'static str); 8] = [
        (Round::Up, "ROUND_UP"),
        (Round::Down, "ROUND_DOWN"),
        (Round::Ceiling, "ROUND_CEILING"),
        (Round::Floor, "ROUND_FLOOR"),
        (Round::HalfUp, "ROUND_HALF_UP"),
        (Round::HalfDown, "ROUND_HALF_DOWN"),
        (Round::HalfEven, "ROUND_HALF_EVEN"),
        (Round::ZeroFiveUp, "ROUND_05UP"),
    ];

    pub fn name(self) -> &'static str {
        Round::ALL[self as usize].1
    }
}

/// What an operation works under.
#[derive(Clone, Copy, Debug)]
pub struct Ctx {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub round: Round,
    pub clamp: bool,
    /// What has happened; operations only add to it.
    pub status: u32,
}

impl Ctx {
    /// The widest context: what is exact stays exact in it.
    pub const MAX: Ctx = Ctx {
        prec: MAX_PREC,
        emax: MAX_EMAX,
        emin: MIN_EMIN,
        round: Round::HalfEven,
        clamp: false,
        status: 0,
    };

    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }

    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }

    /// The same with another precision and wide exponents, half-even: for intermediate results.
    pub fn work(prec: i64) -> Ctx {
        Ctx { prec, ..Ctx::MAX }
    }

    /// Sets a bit of INVALID and gives NaN.
    pub fn invalid(&mut self, bit: u32) -> Dec {
        self.status |= bit;
        Dec::nan()
    }

    /// Gives NaN for want of memory.
    pub fn no_memory(&mut self) -> Dec {
        self.status |= status::MALLOC;
        Dec::nan()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Finite,
    Infinite,
    Quiet,
    Signaling,
}

/// A decimal number: (-1)^negative * coef * 10^exp, an infinity, or a NaN with its payload in `coef`.
#[derive(Clone, Debug)]
pub struct Dec {
    pub negative: bool,
    pub kind: Kind,
    pub exp: i64,
    pub coef: UBig,
    /// Digits of `coef`; 1 for zero.
    pub digits: i64,
}

/// 10^n as 128 bits, for n up to 38.
fn small_power(n: i64) -> Option<u128> {
    if (0..=38).contains(&n) { Some(10u128.pow(n as u32)) } else { None }
}

thread_local! {
    /// Powers of ten lately asked for: computations ask for few, again and again.
    static POWERS: RefCell<Vec<(i64, Rc<UBig>)>> = const { RefCell::new(Vec::new()) };
}

/// 10^n.
pub fn power_of_ten(n: i64) -> Rc<UBig> {
    if let Some(small) = small_power(n) {
        return Rc::new(UBig::from(small));
    }
    POWERS.with_borrow_mut(|known| {
        if let Some(at) = known.iter().position(|(k, _)| *k == n) {
            known[..=at].rotate_right(1);
            return known[0].1.clone();
        }
        let made = Rc::new(UBig::from(5u8).pow(n as usize) << n as usize);
        known.insert(0, (n, made.clone()));
        known.truncate(8);
        made
    })
}

/// `coef * 10^n`.
pub fn times_power(coef: &UBig, n: i64) -> UBig {
    match small_power(n) {
        Some(1) => coef.clone(),
        Some(small) => coef * UBig::from(small),
        None => coef * &*power_of_ten(n),
    }
}

/// `coef` divided by 10^n.
pub fn div_power(coef: &UBig, n: i64) -> (UBig, UBig) {
    if let (Some(power), Ok(coef)) = (small_power(n), u128::try_from(coef)) {
        return (UBig::from(coef / power), UBig::from(coef % power));
    }
    match small_power(n) {
        Some(small) => coef.div_rem(UBig::from(small)),
        None => coef.div_rem(&*power_of_ten(n)),
    }
}

/// Decimal digits of a number; 1 for zero.
pub fn count_digits(coef: &UBig) -> i64 {
    if let Ok(small) = u128::try_from(coef) {
        return small.checked_ilog10().map_or(1, |n| i64::from(n) + 1);
    }
    let bits = coef.bit_len();
    let top: f64 = {
        let high = coef >> (bits - 64);
        u64::try_from(&high).unwrap_or(u64::MAX) as f64
    };
    let log = top.log10() + (bits - 64) as f64 * std::f64::consts::LOG10_2;
    let floor = log.floor();
    // Near a power of ten the logarithm cannot tell.
    if log - floor > 1e-6 && log - floor < 1.0 - 1e-6 {
        return floor as i64 + 1;
    }
    let near = log.round() as i64;
    if *coef < *power_of_ten(near) { near } else { near + 1 }
}

/// Where a rest lies between 0 and the divisor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    Zero,
    BelowHalf,
    Half,
    AboveHalf,
}

impl Rest {
    /// Of a remainder by `divisor`.
    pub fn of(rest: &UBig, divisor: &UBig) -> Rest {
        if rest.is_zero() {
            return Rest::Zero;
        }
        match (rest << 1usize).cmp(divisor) {
            Ordering::Less => Rest::BelowHalf,
            Ordering::Equal => Rest::Half,
            Ordering::Greater => Rest::AboveHalf,
        }
    }
}

/// Whether the magnitude grows by one where `rest` is rounded away.
pub fn rounds_up(mode: Round, negative: bool, kept: &UBig, rest: Rest) -> bool {
    if rest == Rest::Zero {
        return false;
    }
    match mode {
        Round::Up => true,
        Round::Down => false,
        Round::Ceiling => !negative,
        Round::Floor => negative,
        Round::HalfUp => rest != Rest::BelowHalf,
        Round::HalfDown => rest == Rest::AboveHalf,
        Round::HalfEven => rest == Rest::AboveHalf || (rest == Rest::Half && kept.bit(0)),
        Round::ZeroFiveUp => kept % 5u8 == 0,
    }
}

impl Dec {
    pub fn new(negative: bool, coef: UBig, exp: i64) -> Dec {
        let digits = count_digits(&coef);
        Dec { negative, kind: Kind::Finite, exp, coef, digits }
    }

    pub fn zero() -> Dec {
        Dec { negative: false, kind: Kind::Finite, exp: 0, coef: UBig::ZERO, digits: 1 }
    }

    pub fn one() -> Dec {
        Dec::new(false, UBig::ONE, 0)
    }

    pub fn infinity(negative: bool) -> Dec {
        Dec { negative, kind: Kind::Infinite, ..Dec::zero() }
    }

    pub fn nan() -> Dec {
        Dec { kind: Kind::Quiet, ..Dec::zero() }
    }

    pub fn from_int(n: i64) -> Dec {
        Dec::new(n < 0, UBig::from(n.unsigned_abs()), 0)
    }

    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }

    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signaling)
    }

    pub fn is_zero(&self) -> bool {
        self.kind == Kind::Finite && self.coef.is_zero()
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        if !self.is_finite() {
            return false;
        }
        self.exp >= 0
            || self.coef.is_zero()
            || (-self.exp < self.digits && self.trailing_zeros() >= -self.exp)
    }

    /// The exponent of the first digit.
    pub fn adjusted(&self) -> i64 {
        self.exp + self.digits - 1
    }

    pub fn negated(&self) -> Dec {
        Dec { negative: !self.negative, ..self.clone() }
    }

    pub fn absolute(&self) -> Dec {
        Dec { negative: false, ..self.clone() }
    }

    /// Zeros at the end of the coefficient; 0 for zero.
    pub fn trailing_zeros(&self) -> i64 {
        let Some(most) = self.coef.trailing_zeros() else { return 0 };
        let mut rest = self.coef.clone();
        let mut count = 0;
        let mut step = 1i64;
        while step * 2 <= most as i64 {
            step *= 2;
        }
        while step >= 1 {
            if most as i64 - count >= step {
                let (quotient, rem) = div_power(&rest, step);
                if rem.is_zero() {
                    rest = quotient;
                    count += step;
                }
            }
            step /= 2;
        }
        // Steps halve, so that each is taken at most once; what is left may still end in zeros.
        while !rest.bit(0) {
            let (quotient, rem) = div_power(&rest, 1);
            if !rem.is_zero() {
                break;
            }
            rest = quotient;
            count += 1;
        }
        count
    }

    /// Takes up to `most` zeros off the end, raising the exponent.
    pub fn strip_zeros(&mut self, most: i64) {
        if most <= 0 || self.coef.is_zero() || self.coef.bit(0) {
            return;
        }
        let count = self.trailing_zeros().min(most);
        if count > 0 {
            self.coef = div_power(&self.coef, count).0;
            self.exp += count;
            self.digits -= count;
        }
    }

    /// The number with exponent `exp`, rounded where digits go. The caller has looked at the size.
    pub fn rescaled(&self, exp: i64, mode: Round) -> (Dec, Rest) {
        if self.coef.is_zero() {
            return (Dec { exp, ..self.clone() }, Rest::Zero);
        }
        if exp <= self.exp {
            let coef = times_power(&self.coef, self.exp - exp);
            let digits = self.digits + (self.exp - exp);
            return (Dec { coef, exp, digits, ..self.clone() }, Rest::Zero);
        }
        let (kept, rest) = self.drop_digits(exp - self.exp);
        let kept = if rounds_up(mode, self.negative, &kept, rest) { kept + UBig::ONE } else { kept };
        (Dec::new(self.negative, kept, exp), rest)
    }

    /// The coefficient without its last `n` digits, and what they were.
    fn drop_digits(&self, n: i64) -> (UBig, Rest) {
        if n > self.digits {
            return (UBig::ZERO, if self.coef.is_zero() { Rest::Zero } else { Rest::BelowHalf });
        }
        let (kept, rest) = div_power(&self.coef, n);
        let rest = match small_power(n) {
            Some(power) => Rest::of(&rest, &UBig::from(power)),
            None => Rest::of(&rest, &power_of_ten(n)),
        };
        (kept, rest)
    }

    /// Fits a result into a context: rounding, overflow, underflow, clamping, with the flags of the specification.
    pub fn finish(mut self, ctx: &mut Ctx) -> Dec {
        match self.kind {
            Kind::Finite => {}
            Kind::Infinite => return self,
            Kind::Quiet | Kind::Signaling => return self.shorten_payload(ctx),
        }
        if self.coef.is_zero() {
            let top = if ctx.clamp { ctx.etop() } else { ctx.emax };
            let exp = self.exp.clamp(ctx.etiny().min(top), top);
            if exp != self.exp {
                ctx.status |= status::CLAMPED;
                self.exp = exp;
            }
            return self;
        }
        let adjusted = self.adjusted();
        if adjusted > ctx.emax {
            return self.overflowed(ctx);
        }
        let subnormal = adjusted < ctx.emin;
        let least = if subnormal { ctx.etiny() } else { self.exp + self.digits - ctx.prec };
        if subnormal {
            ctx.status |= status::SUBNORMAL;
        }
        if self.exp < least {
            return self.round_to(least, subnormal, ctx);
        }
        if ctx.clamp && self.exp > ctx.etop() {
            ctx.status |= status::CLAMPED;
            let by = self.exp - ctx.etop();
            self.coef = times_power(&self.coef, by);
            self.digits += by;
            self.exp = ctx.etop();
        }
        self
    }

    fn round_to(self, least: i64, subnormal: bool, ctx: &mut Ctx) -> Dec {
        let (mut kept, rest) = self.drop_digits(least - self.exp);
        ctx.status |= status::ROUNDED;
        if rest != Rest::Zero {
            ctx.status |= status::INEXACT;
            if subnormal {
                ctx.status |= status::UNDERFLOW;
            }
        }
        if rounds_up(ctx.round, self.negative, &kept, rest) {
            kept += UBig::ONE;
        }
        let mut result = Dec::new(self.negative, kept, least);
        if result.digits > ctx.prec {
            // 99…9 has become 10…0.
            result.coef = div_power(&result.coef, 1).0;
            result.digits -= 1;
            result.exp += 1;
        }
        if result.coef.is_zero() {
            ctx.status |= status::CLAMPED;
        } else if result.adjusted() > ctx.emax {
            return result.overflowed(ctx);
        } else if ctx.clamp && result.exp > ctx.etop() {
            ctx.status |= status::CLAMPED;
            let by = result.exp - ctx.etop();
            result.coef = times_power(&result.coef, by);
            result.digits += by;
            result.exp = ctx.etop();
        }
        result
    }

    fn overflowed(self, ctx: &mut Ctx) -> Dec {
        ctx.status |= status::OVERFLOW | status::INEXACT | status::ROUNDED;
        let infinite = match ctx.round {
            Round::Up | Round::HalfUp | Round::HalfDown | Round::HalfEven => true,
            Round::Down | Round::ZeroFiveUp => false,
            Round::Ceiling => !self.negative,
            Round::Floor => self.negative,
        };
        if infinite { Dec::infinity(self.negative) } else { Dec::largest(self.negative, ctx) }
    }

    /// The largest finite number of a context.
    pub fn largest(negative: bool, ctx: &mut Ctx) -> Dec {
        if ctx.prec > MAX_DIGITS {
            return ctx.no_memory();
        }
        let coef = &*power_of_ten(ctx.prec) - UBig::ONE;
        Dec::new(negative, coef, ctx.etop())
    }

    /// A NaN's payload has at most as many digits as the precision (less one with clamping).
    fn shorten_payload(mut self, ctx: &Ctx) -> Dec {
        let most = ctx.prec - i64::from(ctx.clamp);
        if self.digits > most {
            self.coef = div_power(&self.coef, self.digits).1;
            if most < self.digits {
                self.coef = if most <= 0 { UBig::ZERO } else { div_power(&self.coef, most).1 };
            }
            self.digits = count_digits(&self.coef);
        }
        self
    }

    /// Compares the magnitudes of finite numbers.
    pub fn compare_magnitude(&self, other: &Dec) -> Ordering {
        match (self.coef.is_zero(), other.coef.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        match self.adjusted().cmp(&other.adjusted()) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
        match self.exp.cmp(&other.exp) {
            Ordering::Equal => self.coef.cmp(&other.coef),
            Ordering::Greater => times_power(&self.coef, self.exp - other.exp).cmp(&other.coef),
            Ordering::Less => self.coef.cmp(&times_power(&other.coef, other.exp - self.exp)),
        }
    }

    /// Compares numbers that are no NaNs.
    pub fn compare(&self, other: &Dec) -> Ordering {
        let sign = |d: &Dec| match (d.is_zero(), d.negative) {
            (true, _) => 0,
            (_, true) => -1,
            _ => 1,
        };
        let (a, b) = (sign(self), sign(other));
        if a != b {
            return a.cmp(&b);
        }
        if a == 0 {
            return Ordering::Equal;
        }
        let magnitude = match (self.is_infinite(), other.is_infinite()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.compare_magnitude(other),
        };
        if a < 0 { magnitude.reverse() } else { magnitude }
    }
}
