//! `_testcapi.meth_varargs` and its family, as module functions and as methods of `MethInstance`, `MethClass`, `MethStatic`:
//! each returns its receiver and its arguments.

use taipan_object::{Args, Cx, R, Value, dict};

fn refuse_keywords(cx: &mut Cx, name: &str, args: Args<'_>) -> R<()> {
    match args.has_keywords() {
        true => Err(cx.type_error(format!("_testcapi.{name}() takes no keyword arguments"))),
        false => Ok(()),
    }
}

/// `(receiver, args)`.
pub fn positional(cx: &mut Cx, name: &str, receiver: Value, args: Args<'_>) -> R {
    refuse_keywords(cx, name, args)?;
    let given = cx.tuple(args.pos().to_vec()).into_value();
    Ok(cx.tuple_value([receiver, given]))
}

/// `(receiver, args, kwargs)`, the last None where there are none.
pub fn with_keywords(cx: &mut Cx, receiver: Value, args: Args<'_>) -> R {
    let given = cx.tuple(args.pos().to_vec()).into_value();
    let keywords = if args.has_keywords() {
        let made = cx.new_dict();
        for (name, value) in args.keywords() {
            dict::set_str(cx, &made, name, value.clone())?;
        }
        made.into_value()
    } else {
        Value::none()
    };
    Ok(cx.tuple_value([receiver, given, keywords]))
}

/// `(receiver, argument)`.
pub fn one(cx: &mut Cx, name: &str, receiver: Value, args: Args<'_>) -> R {
    refuse_keywords(cx, name, args)?;
    match args.pos() {
        [argument] => Ok(cx.tuple_value([receiver, argument.clone()])),
        other => {
            let given = other.len();
            Err(cx.type_error(format!("_testcapi.{name}() takes exactly one argument ({given} given)")))
        }
    }
}

/// The receiver.
pub fn nothing(cx: &mut Cx, name: &str, receiver: Value, args: Args<'_>) -> R {
    refuse_keywords(cx, name, args)?;
    match args.pos().len() {
        0 => Ok(receiver),
        given => Err(cx.type_error(format!("_testcapi.{name}() takes no arguments ({given} given)"))),
    }
}

macro_rules! family {
    ($module:ident, $varargs:literal, $varargs_keywords:literal, $o:literal, $noargs:literal, $fastcall:literal,
     $fastcall_keywords:literal, ($($this:ident)?), |$cx:ident| $receiver:expr) => {
        /// One sort of receiver.
        pub mod $module {
            use taipan_macros::{native, natives};
            use taipan_object::native::NativeDef;
            use taipan_object::{Args, Cx, R, Value};

            #[native($varargs, no_signature)]
            fn meth_varargs($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::positional($cx, "meth_varargs", receiver, args)
            }
            #[native($varargs_keywords, no_signature)]
            fn meth_varargs_keywords($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::with_keywords($cx, receiver, args)
            }
            #[native($o, no_signature)]
            fn meth_o($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::one($cx, "meth_o", receiver, args)
            }
            #[native($noargs, no_signature)]
            fn meth_noargs($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::nothing($cx, "meth_noargs", receiver, args)
            }
            #[native($fastcall, no_signature)]
            fn meth_fastcall($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::positional($cx, "meth_fastcall", receiver, args)
            }
            #[native($fastcall_keywords, no_signature)]
            fn meth_fastcall_keywords($cx: &mut Cx, $($this: &Value,)? args: Args<'_>) -> R {
                let receiver: Value = $receiver;
                super::with_keywords($cx, receiver, args)
            }

            pub static DEFS: &[&NativeDef] = natives![
                meth_varargs,
                meth_varargs_keywords,
                meth_o,
                meth_noargs,
                meth_fastcall,
                meth_fastcall_keywords
            ];
        }
    };
}

family!(
    functions,
    "meth_varargs(*args, **kwargs)",
    "meth_varargs_keywords(*args, **kwargs)",
    "meth_o(*args, **kwargs)",
    "meth_noargs(*args, **kwargs)",
    "meth_fastcall(*args, **kwargs)",
    "meth_fastcall_keywords(*args, **kwargs)",
    (),
    |cx| {
        let import = cx.interp().runtime.import;
        import(cx, "_testcapi")?
    }
);
family!(
    instances,
    "meth_varargs($self, /, *args, **kwargs)",
    "meth_varargs_keywords($self, /, *args, **kwargs)",
    "meth_o($self, /, *args, **kwargs)",
    "meth_noargs($self, /, *args, **kwargs)",
    "meth_fastcall($self, /, *args, **kwargs)",
    "meth_fastcall_keywords($self, /, *args, **kwargs)",
    (this),
    |cx| this.clone()
);
family!(
    classes,
    "meth_varargs($type, /, *args, **kwargs)",
    "meth_varargs_keywords($type, /, *args, **kwargs)",
    "meth_o($type, /, *args, **kwargs)",
    "meth_noargs($type, /, *args, **kwargs)",
    "meth_fastcall($type, /, *args, **kwargs)",
    "meth_fastcall_keywords($type, /, *args, **kwargs)",
    (this),
    |cx| this.clone()
);
family!(
    statics,
    "meth_varargs(*args, **kwargs)",
    "meth_varargs_keywords(*args, **kwargs)",
    "meth_o(*args, **kwargs)",
    "meth_noargs(*args, **kwargs)",
    "meth_fastcall(*args, **kwargs)",
    "meth_fastcall_keywords(*args, **kwargs)",
    (),
    |cx| Value::none()
);
