//! Construction, methods and attributes of `complex`.

use taipan_macros::{native, natives};
use taipan_object::{Args, Cx, MemberDef, Obj, R, Type, TypeDefs, Value, exc, ops};
use taipan_text::format_spec::{Align, Locale, Spec, format_complex};
use taipan_text::number;

use super::{COMPLEX, Complex, from_number, get, new_complex, parts};

pub fn new(cx: &mut Cx, class: &Obj<Type>, args: Args<'_>) -> R {
    let pos = args.pos();
    if pos.len() > 2 {
        return Err(
            cx.type_error(format!("complex() takes at most 2 arguments ({} given)", args.values().len()))
        );
    }
    let (mut real, mut imag) = (pos.first(), pos.get(1));
    for (name, value) in args.keywords() {
        let (slot, place) = if name.eq_str("real") {
            (&mut real, 1)
        } else if name.eq_str("imag") {
            (&mut imag, 2)
        } else {
            let message =
                format!("complex() got an unexpected keyword argument '{}'", name.to_string_lossy());
            return Err(cx.type_error(message));
        };
        if slot.is_some() {
            let message = format!(
                "argument for complex() given by name ('{}') and position ({place})",
                name.to_string_lossy()
            );
            return Err(cx.type_error(message));
        }
        *slot = Some(value);
    }
    let (r, i) = match (real, imag) {
        (None, None) => (0.0, 0.0),
        (Some(x), None) => {
            if x.is_instance_exact(&COMPLEX) && class.is(&COMPLEX) && pos.len() == 1 {
                return Ok(x.clone());
            }
            single(cx, x, pos.len() == 1)?
        }
        (real, imag) => pair(cx, real, imag)?,
    };
    Ok(cx.new_instance(class, Complex(r, i)).into_value())
}

fn single(cx: &mut Cx, x: &Value, positional: bool) -> R<(f64, f64)> {
    if let Some(text) = x.as_str() {
        if !positional {
            return Err(cx.type_error("complex() argument 'real' must be a real number, not str"));
        }
        let ascii = number::to_ascii(text.chars());
        return match number::complex::parse(number::trim(&ascii)) {
            Some(parts) => Ok(parts),
            None => Err(cx.value_error("complex() arg is a malformed string")),
        };
    }
    match from_number(cx, x)? {
        Some(found) => Ok(found),
        None => {
            let name = x.type_name(cx).into_owned();
            Err(cx.type_error(if positional {
                format!("complex() argument must be a string or a number, not {name}")
            } else {
                format!("complex() argument 'real' must be a real number, not {name}")
            }))
        }
    }
}

/// One of two arguments: a real number; a complex one is deprecated.
fn part(cx: &mut Cx, value: &Value, name: &str) -> R<(f64, f64)> {
    let wrong = |cx: &mut Cx| {
        let message =
            format!("complex() argument '{name}' must be a real number, not {}", value.type_name(cx));
        cx.type_error(message)
    };
    if value.as_str().is_some() {
        return Err(wrong(cx));
    }
    if let Some(found) = parts(value) {
        let message =
            format!("complex() argument '{name}' must be a real number, not {}", value.type_name(cx));
        let warn = cx.interp().runtime.warn;
        warn(cx, &exc::DEPRECATION_WARNING, &message, 1)?;
        return Ok(found);
    }
    match from_number(cx, value)? {
        Some(found) => Ok(found),
        None => Err(wrong(cx)),
    }
}

fn pair(cx: &mut Cx, real: Option<&Value>, imag: Option<&Value>) -> R<(f64, f64)> {
    let r = match real {
        Some(v) => part(cx, v, "real")?,
        None => (0.0, 0.0),
    };
    let i = match imag {
        Some(v) => part(cx, v, "imag")?,
        None => (0.0, 0.0),
    };
    // A complex part contributes its own imaginary part.
    let real_part = if imag.and_then(parts).is_some() { r.0 - i.1 } else { r.0 };
    let imag_part = if real.and_then(parts).is_some() { i.0 + r.1 } else { i.0 };
    Ok((real_part, imag_part))
}

/// Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.
#[native("complex.conjugate($self, /)")]
fn conjugate(cx: &mut Cx, this: &Value) -> R {
    let (r, i) = get(cx, this)?;
    Ok(new_complex(cx, r, -i))
}

/// Convert this value to exact type complex.
#[native("complex.__complex__($self, /)")]
fn to_complex(cx: &mut Cx, this: &Value) -> R {
    if this.is_instance_exact(&COMPLEX) {
        return Ok(this.clone());
    }
    let (r, i) = get(cx, this)?;
    Ok(new_complex(cx, r, i))
}

/// Convert number to a complex floating-point number.
#[native("complex.from_number($type, number, /)")]
fn from_number_method(cx: &mut Cx, class: &Value, number: &Value) -> R {
    if number.is_instance_exact(&COMPLEX) && class.is_obj(&COMPLEX) {
        return Ok(number.clone());
    }
    let (r, i) = super::to_complex(cx, number)?;
    let made = new_complex(cx, r, i);
    if class.is_obj(&COMPLEX) { Ok(made) } else { ops::call(cx, class, &[made]) }
}

#[native("complex.__getnewargs__($self, /)")]
fn getnewargs(cx: &mut Cx, this: &Value) -> R {
    let (r, i) = get(cx, this)?;
    let (r, i) = (cx.float(r), cx.float(i));
    Ok(cx.tuple_value([r, i]))
}

/// Convert to a string according to format_spec.
#[native("complex.__format__($self, format_spec, /)")]
fn format(cx: &mut Cx, this: &Value, format_spec: &Value) -> R {
    let text = crate::format::spec_text(cx, format_spec)?;
    if text.is_empty() {
        return ops::str_of(cx, this).map(|s| s.into_value());
    }
    let points: Vec<u32> = text.chars().collect();
    let name = this.type_name(cx).into_owned();
    let spec = match Spec::parse(&points, '\0', Align::Right, &name) {
        Ok(spec) => spec,
        Err(error) => return Err(crate::format::raise(cx, error)),
    };
    let locale = if spec.kind == u32::from('n') { crate::format::locale(cx) } else { Locale::default() };
    let (r, i) = get(cx, this)?;
    let result = format_complex((r, i), &spec, &name, &locale);
    crate::format::finish(cx, result)
}

static MEMBERS: &[MemberDef] = &[
    MemberDef {
        name: "real",
        doc: Some("the real part of a complex number"),
        get: |cx, v| get(cx, v).map(|(r, _)| cx.float(r)),
        set: None,
    },
    MemberDef {
        name: "imag",
        doc: Some("the imaginary part of a complex number"),
        get: |cx, v| get(cx, v).map(|(_, i)| cx.float(i)),
        set: None,
    },
];

pub static DEFS: TypeDefs = TypeDefs {
    methods: natives![from_number_method, conjugate, to_complex, getnewargs, format],
    members: MEMBERS,
    ..TypeDefs::NONE
};
