//! f-strings and t-strings.

use taipan_object::{Cx, Str, StrData, Value, ops};

use super::{Regs, Step, attempt};
use crate::slot;

pub unsafe fn convert_value(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the value lies on the stack.
    unsafe {
        let value = r.lend(1);
        let text = match arg {
            1 => attempt!(r, ops::str_value(cx, &value)),
            2 => attempt!(r, ops::repr_value(cx, &value)),
            _ => attempt!(r, crate::ascii(cx, &value)),
        };
        r.drop_top(cx, 1);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn format_simple(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    // SAFETY: the value lies on the stack.
    unsafe {
        if slot::is_exact(r.peek(1), &taipan_object::str::STR) {
            return Step::Next(r);
        }
        r.save();
        let value = r.lend(1);
        let text = if let Some(i) = value.word().as_int() {
            cx.str(&i.to_string())
        } else {
            let spec = cx.empty_str();
            attempt!(r, ops::format(cx, &value, &spec))
        };
        r.drop_top(cx, 1);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn format_with_spec(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: value and specification lie on the stack.
    unsafe {
        let (value, spec) = (r.lend(2), r.lend(1));
        let text = attempt!(r, ops::format(cx, &value, &spec));
        r.drop_top(cx, 2);
        r.push_value(text);
    }
    Step::Next(r)
}

pub unsafe fn build_string(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the strings lie on the stack.
    unsafe {
        let n = arg as usize;
        let parts: Vec<slot::Lent> = (1..=n).rev().map(|i| r.lend(i)).collect();
        let joined = join(cx, &parts);
        r.drop_top(cx, n);
        r.push_value(joined);
    }
    Step::Next(r)
}

/// The parts in one string.
fn join(cx: &mut Cx, parts: &[slot::Lent]) -> Value {
    let strings: Vec<&taipan_object::Obj<Str>> = parts.iter().filter_map(|p| p.as_str()).collect();
    concat(cx, &strings)
}

/// Strings one after another.
pub fn concat(cx: &mut Cx, strings: &[&taipan_object::Obj<Str>]) -> Value {
    if strings.iter().all(|s| s.width() == 1) {
        let mut bytes = Vec::with_capacity(strings.iter().map(|s| s.len()).sum());
        for s in strings {
            if let StrData::One(data) = s.data() {
                bytes.extend_from_slice(data);
            }
        }
        return cx.str_from_latin1(&bytes).into_value();
    }
    let points: Vec<u32> = strings.iter().flat_map(|s| s.chars()).collect();
    cx.str_from_code_points(&points).into_value()
}

/// `strings, interpolations`.
pub unsafe fn build_template(cx: &mut Cx, mut r: Regs, _arg: u32) -> Step {
    r.save();
    // SAFETY: both tuples lie on the stack.
    unsafe {
        let (strings, interpolations) = (r.lend(2), r.lend(1));
        let made = attempt!(r, crate::containers::template(cx, &strings, &interpolations));
        r.drop_top(cx, 2);
        r.push_value(made);
    }
    Step::Next(r)
}

/// `value, expression text, format where the operand's bit 0 says so`.
pub unsafe fn build_interpolation(cx: &mut Cx, mut r: Regs, arg: u32) -> Step {
    r.save();
    // SAFETY: the operands lie on the stack.
    unsafe {
        let with_format = arg & 1 != 0;
        let n = 2 + usize::from(with_format);
        let format = if with_format { slot::dup(r.peek(1)) } else { cx.empty_str() };
        let (value, text) = (slot::dup(r.peek(n)), slot::dup(r.peek(n - 1)));
        let conversion = match arg >> 2 {
            1 => cx.str("s"),
            2 => cx.str("r"),
            3 => cx.str("a"),
            _ => Value::none(),
        };
        let made = attempt!(r, crate::containers::interpolation(cx, value, text, conversion, format));
        r.drop_top(cx, n);
        r.push_value(made);
    }
    Step::Next(r)
}
