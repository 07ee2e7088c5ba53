use std::ptr::NonNull;

use taipan_object::{Interp, Runtime};

use super::operations::*;
use super::*;

fn refuse<T>(cx: &mut Cx) -> R<T> {
    Err(cx.system_error("not available in a unit test"))
}

fn with_cx(test: impl FnOnce(&mut Cx)) {
    let mut interp = Interp::new(Runtime {
        handle_breaker: |cx| refuse(cx),
        import: |cx, _| refuse(cx),
        warn: |cx, _, _, _| refuse(cx),
        unraisable: |_, _, _, _| {},
        audit: |_, _, _| Ok(()),
        current_globals: |_| None,
        handled_exception: |_| None,
        builtins: |_| Value::none(),
        decode: |cx, _, _, _| refuse(cx),
        encode: |cx, _, _, _| refuse(cx),
        sequence_iterator: |cx, _| refuse(cx),
        generic_alias: |cx, _, _| refuse(cx),
        number_locale: |_| taipan_text::format_spec::Locale::default(),
        memoryview: |cx, _, _| refuse(cx),
        static_method: |cx, _| refuse(cx),
        class_method: |cx, _| refuse(cx),
        is_function: |_| false,
        is_module: |_| false,
        is_memoryview: |_| false,
        union: |cx, _, _| refuse(cx),
        set_class_cell: |cx, _, _| refuse(cx),
        call_type: |cx, _, _| refuse(cx),
    });
    // SAFETY: the interpreter is used by this thread only and outlives the token.
    let mut cx = unsafe { Cx::new(NonNull::from(&mut *interp), 0, 1) };
    test(&mut cx);
}

/// Mixes the order of a program's sets into one number, as the script did that recorded the expected ones.
fn order_of(cx: &mut Cx, seed: u64, range: u64, factor: u64) -> R<u64> {
    let mut x = seed;
    let mut below = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let number = |v: &Value| v.word().as_int().unwrap_or(-1) as u64;
    let mix = |acc: u64, v: &Value| acc.wrapping_mul(31).wrapping_add(number(v));
    let made = new_set(cx);
    let mut acc = 0;
    for _ in 0..3000 {
        let k = (below(range) * factor) as i64;
        let key = cx.int(k);
        match below(8) {
            0..4 => {
                add_with_hash(cx, &made, key, k)?;
            }
            4..7 => {
                discard_with_hash(cx, &made, &key, k)?;
            }
            _ => acc = pop(cx, &made).map_or(acc, |v| mix(acc, &v)),
        }
    }
    acc = made.get(cx).keys().fold(acc, mix);
    let other = new_set(cx);
    for k in (0..range as i64).step_by(3) {
        let key = cx.int(k);
        add_with_hash(cx, &other, key, k)?;
    }
    for operation in [or, and, sub, xor] {
        let result = operation(cx, made.as_value(), other.as_value())?;
        acc = receiver(cx, &result)?.get(cx).keys().fold(acc, mix);
    }
    Ok(acc)
}

#[test]
fn order_is_that_of_the_reference() {
    with_cx(|cx| {
        let recorded = [
            (1, 20, 1, 15740504973603301746),
            (2, 200, 8, 1349468145693517400),
            (3, 5000, 1, 10597815248579223856),
            (4, 3000, 32, 10827873961787984190),
        ];
        for (seed, range, factor, expected) in recorded {
            assert_eq!(order_of(cx, seed, range, factor).unwrap(), expected, "seed {seed}");
        }
    });
}
