//! `#[native]`, `natives!` and `#[derive(Trace)]`: the declarations of native functions and payloads.

mod native;
mod trace;

use proc_macro::TokenStream;

/// Declares a native function from its Python signature:
///
/// ```ignore
/// /// Append object to the end of the list.
/// #[native("list.append($self, object, /)")]
/// fn append(cx: &mut Cx, this: &Obj<List>, object: &Value) -> R<()> { … }
/// ```
///
/// The text is the full name (as error messages show it) and the text signature. `$self` makes an instance method, `$type` a
/// class method, neither a function; the receiver is the second Rust parameter. The further Rust parameters follow those
/// of the signature: any `FromArg` type; `Option<T>` or a literal default where the signature has a default (`=None` also takes
/// Python's None, unless the type is `Option<&Value>`, which sees it); `&[Value]` for `*args`; `KwArgs` for `**kwargs`. A
/// single `Args` parameter takes all arguments unbound. The return type is `IntoResult`. Flags after the text: `leaf`,
/// `no_raise`, `no_signature` (nothing shown as `__text_signature__`), `constructor`.
///
/// A `constructor` is what the slot `new` needs: its second Rust parameter is the class, the signature has no receiver, it
/// returns `R`, and what is made is the function `NAME__slot`.
///
/// Makes, beside the function, the static `NAME__def: NativeDef`, which `natives![NAME]` lists.
#[proc_macro_attribute]
pub fn native(attr: TokenStream, item: TokenStream) -> TokenStream {
    native::expand(attr.into(), item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// `natives![append, methods::pop]`: a `&'static [&'static NativeDef]`.
#[proc_macro]
pub fn natives(input: TokenStream) -> TokenStream {
    native::list(input.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// Implements `taipan_object::Trace` over all fields; `#[trace(skip)]` leaves one out.
#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(item: TokenStream) -> TokenStream {
    trace::expand(item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}
