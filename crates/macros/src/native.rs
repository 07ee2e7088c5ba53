//! `#[native]`: from a Python signature and a Rust function to a `NativeDef`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, FnArg, ItemFn, LitStr, Path, Result, Token, Type};

/// One parameter of a text signature.
struct Param {
    name: String,
    default: Option<String>,
}

/// A parsed text signature.
#[derive(Default)]
struct Sig {
    full_name: String,
    text: String,
    receiver: Option<String>,
    params: Vec<Param>,
    positional_only: usize,
    positional: usize,
    varargs: bool,
    varkw: bool,
}

fn parse_signature(lit: &LitStr) -> Result<Sig> {
    let text = lit.value();
    let bad = |message: &str| Error::new(lit.span(), message);
    let open = text.find('(').ok_or_else(|| bad("expected name(parameters)"))?;
    let inner = text[open + 1..].strip_suffix(')').ok_or_else(|| bad("expected ) at the end"))?;
    let mut sig = Sig { full_name: text[..open].to_owned(), text: text[open..].to_owned(), ..Sig::default() };
    let mut keyword_only = false;
    // `sub[, start[, end]]`: what follows an opening bracket may be left out.
    let mut optional = false;
    for part in inner.split(", ").map(str::trim).filter(|p| !p.is_empty()) {
        if let Some(receiver) = part.strip_prefix('$') {
            sig.receiver = Some(receiver.to_owned());
        } else if part == "/" {
            sig.positional_only = sig.params.len();
        } else if part == "*" {
            keyword_only = true;
            sig.positional = sig.params.len();
        } else if part.starts_with("**") {
            sig.varkw = true;
        } else if part.starts_with('*') {
            sig.varargs = true;
            keyword_only = true;
            sig.positional = sig.params.len();
        } else {
            let (name, default) = match part.split_once('=') {
                Some((name, default)) => (name, Some(default.to_owned())),
                None if optional => (part, Some("?".to_owned())),
                None => (part, None),
            };
            optional |= name.ends_with('[');
            let name = name.trim_end_matches(['[', ']']);
            sig.params.push(Param { name: name.to_owned(), default });
        }
    }
    if !keyword_only {
        sig.positional = sig.params.len();
    }
    Ok(sig)
}

/// The text inside `Option<…>`, if the type is one.
fn option_inner(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Option" {
        return None;
    }
    match &last.arguments {
        syn::PathArguments::AngleBracketed(args) => match args.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn is_value_ref(ty: &Type) -> bool {
    ty.to_token_stream().to_string().replace(' ', "").ends_with("Value") && matches!(ty, Type::Reference(_))
}

fn default_tokens(default: &str, span: Span) -> Result<TokenStream> {
    match default {
        "True" => Ok(quote!(true)),
        "False" => Ok(quote!(false)),
        "''" | "\"\"" => Ok(quote!("")),
        _ => {
            let text = default.trim_matches('\'');
            if text.len() != default.len() { Ok(quote!(#text)) } else { default.parse() }
                .map_err(|_| Error::new(span, format!("the default {default} needs an Option parameter")))
        }
    }
}

/// Whether a parameter's type is the named one, lifetimes aside.
fn type_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == name))
}

fn bind_param(param: &Param, index: usize, ty: &Type, span: Span) -> Result<TokenStream> {
    let convert = quote!(::taipan_object::FromArg::from_arg(cx, value)?);
    let some = match (&param.default, option_inner(ty)) {
        (Some(default), Some(inner)) if default == "None" && !is_value_ref(inner) => {
            quote!(Some(value) if value.is_none() => None, Some(value) => Some(#convert),)
        }
        (_, Some(_)) => quote!(Some(value) => Some(#convert),),
        _ => quote!(Some(value) => #convert,),
    };
    let none = match (&param.default, option_inner(ty)) {
        (_, Some(_)) => quote!(None),
        (Some(default), None) => default_tokens(default, span)?,
        (None, None) => quote!(return Err(cx.system_error("argument not bound"))),
    };
    Ok(quote!(match params[#index] { #some None => #none }))
}

pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let parse_attr = |input: syn::parse::ParseStream| {
        // Several literals are one: macros that declare a native for several owners give the owner by itself.
        let mut text: LitStr = input.parse()?;
        while input.peek(LitStr) {
            let more: LitStr = input.parse()?;
            text = LitStr::new(&(text.value() + &more.value()), text.span());
        }
        let mut flags = Vec::new();
        while input.parse::<Option<Token![,]>>()?.is_some() {
            flags.push(input.parse::<syn::Ident>()?.to_string());
        }
        Ok((text, flags))
    };
    let (text, flags) = parse_attr.parse2(attr)?;
    let function: ItemFn = syn::parse2(item)?;
    let sig = parse_signature(&text)?;
    let ident = &function.sig.ident;
    let span = ident.span();
    let inputs: Vec<&Type> = function
        .sig
        .inputs
        .iter()
        .map(|arg| match arg {
            FnArg::Typed(typed) => Ok(&*typed.ty),
            FnArg::Receiver(_) => Err(Error::new(span, "a native is a free function")),
        })
        .collect::<Result<_>>()?;
    let has_receiver = sig.receiver.is_some();
    let constructor = flags.iter().any(|f| f == "constructor");
    let rest = &inputs[(1 + usize::from(has_receiver || constructor)).min(inputs.len())..];

    let mut call_args = Vec::new();
    if constructor {
        call_args.push(quote!(class));
    }
    let receiver = if has_receiver {
        call_args.push(quote!(receiver));
        let name = &sig.full_name;
        quote! {
            let Some((receiver, args)) = args.split_first() else {
                return Err(cx.type_error(concat!("unbound method ", #name, "() needs an argument")));
            };
            let receiver = ::taipan_object::FromArg::from_arg(cx, receiver)?;
        }
    } else {
        quote!()
    };
    let raw = rest.len() == 1 && type_named(rest[0], "Args");
    let count = sig.params.len();
    let mut bindings = Vec::new();
    if raw {
        call_args.push(quote!(args));
    } else {
        let expected = count + usize::from(sig.varargs) + usize::from(sig.varkw);
        if rest.len() != expected {
            return Err(Error::new(
                span,
                format!("the signature has {expected} parameters, the function {}", rest.len()),
            ));
        }
        let mut types = rest.iter();
        let mut next = || types.next().copied().ok_or_else(|| Error::new(span, "too few parameters"));
        for (i, param) in sig.params.iter().enumerate() {
            if i == sig.positional && sig.varargs {
                next()?;
                call_args.push(quote!(bound.varargs));
            }
            let binding = format_ident!("param_{i}");
            let value = bind_param(param, i, next()?, span)?;
            bindings.push(quote!(let #binding = #value;));
            call_args.push(quote!(#binding));
        }
        if sig.positional == count && sig.varargs {
            next()?;
            call_args.push(quote!(bound.varargs));
        }
        if sig.varkw {
            call_args.push(quote!(bound.varkw));
        }
    }
    let names = sig.params.iter().map(|p| &p.name);
    let required = sig.params[..sig.positional].iter().take_while(|p| p.default.is_none()).count();
    let required_keywords = sig.params[sig.positional..]
        .iter()
        .enumerate()
        .fold(0u64, |bits, (i, p)| bits | u64::from(p.default.is_none()) << i);
    let Sig { positional_only, positional, varargs, varkw, full_name, text: shown, .. } = &sig;
    // Calls that give every parameter by position need no binding.
    let binding = if *varargs || *varkw {
        quote! {
            let bound = SIGNATURE.bind::<#count>(cx, args)?;
            let params = bound.params;
        }
    } else {
        let givens: Vec<_> = (0..*positional).map(|i| format_ident!("given_{i}")).collect();
        let absent = (*positional..count).map(|_| quote!(None));
        let quick = required_keywords == 0;
        let arm = if quick {
            quote!([#(#givens),*] if args.names().is_none() => [#(Some(#givens),)* #(#absent),*],)
        } else {
            quote!()
        };
        quote! {
            let params: [Option<&::taipan_object::Value>; #count] = match args.values() {
                #arm
                _ => SIGNATURE.bind::<#count>(cx, args)?.params,
            };
        }
    };
    let bind = if raw {
        quote!()
    } else {
        quote! {
            static SIGNATURE: ::taipan_object::args::Signature = ::taipan_object::args::Signature {
                name: #full_name,
                params: &[#(#names),*],
                positional_only: #positional_only,
                positional: #positional,
                required: #required,
                required_keywords: #required_keywords,
                varargs: #varargs,
                varkw: #varkw,
                method: #has_receiver,
            };
            #binding
            #(#bindings)*
        }
    };
    if constructor {
        let (vis, slot) = (&function.vis, format_ident!("{ident}__slot"));
        return Ok(quote! {
            #function

            #[allow(non_snake_case, unused_variables)]
            #vis fn #slot(
                cx: &mut ::taipan_object::Cx,
                class: &::taipan_object::Obj<::taipan_object::Type>,
                args: ::taipan_object::Args<'_>,
            ) -> ::taipan_object::R {
                #bind
                #ident(cx, #(#call_args),*)
            }
        });
    }
    let doc = function
        .attrs
        .iter()
        .filter_map(|a| match &a.meta {
            syn::Meta::NameValue(nv) if nv.path.is_ident("doc") => match &nv.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }) => {
                    let line = s.value();
                    Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
                }
                _ => None,
            },
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n");
    let short = full_name.rsplit('.').next().unwrap_or_default();
    let binding = match sig.receiver.as_deref() {
        None => quote!(Static),
        Some("type") => quote!(Class),
        Some(_) => quote!(Instance),
    };
    let shown = if flags.iter().any(|f| f == "no_signature") { quote!(None) } else { quote!(Some(#shown)) };
    let facts =
        u32::from(flags.iter().any(|f| f == "leaf")) | u32::from(flags.iter().any(|f| f == "no_raise")) << 1;
    let def = format_ident!("{ident}__def");
    let call = format_ident!("{ident}__call");
    let vis = &function.vis;
    Ok(quote! {
        #function

        #[allow(non_snake_case, unused_variables, clippy::unnecessary_lazy_evaluations)]
        fn #call(cx: &mut ::taipan_object::Cx, args: ::taipan_object::Args<'_>) -> ::taipan_object::R {
            #receiver
            #bind
            let result = #ident(cx, #(#call_args),*);
            ::taipan_object::IntoResult::into_result(result, cx)
        }

        #[allow(non_upper_case_globals)]
        #vis static #def: ::taipan_object::NativeDef = ::taipan_object::NativeDef {
            name: #short,
            full_name: #full_name,
            signature: #shown,
            doc: #doc,
            binding: ::taipan_object::Binding::#binding,
            facts: #facts,
            call: #call,
        };
    })
}

pub fn list(input: TokenStream) -> Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(input)?;
    let defs = paths.iter().map(|path| {
        let mut path = path.clone();
        if let Some(last) = path.segments.last_mut() {
            last.ident = format_ident!("{}__def", last.ident);
        }
        quote!(&#path)
    });
    Ok(quote!(&[#(#defs),*]))
}
