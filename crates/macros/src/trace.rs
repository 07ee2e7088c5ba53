//! `#[derive(Trace)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Result};

fn skipped(field: &syn::Field) -> bool {
    field.attrs.iter().any(|a| a.path().is_ident("trace"))
}

pub fn expand(item: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let name = &input.ident;
    let (generics, type_generics, where_clause) = input.generics.split_for_impl();
    let krate = quote!(::taipan_object);
    let mut types = Vec::new();
    let mut arms = Vec::new();
    let mut collect = |path: TokenStream, fields: &Fields| {
        let mut patterns = Vec::new();
        let mut bindings = Vec::new();
        for (i, field) in fields.iter().enumerate() {
            if skipped(field) {
                continue;
            }
            let binding = format_ident!("field_{i}");
            let member = match &field.ident {
                Some(ident) => quote!(#ident),
                None => {
                    let index = syn::Index::from(i);
                    quote!(#index)
                }
            };
            patterns.push(quote!(#member: #binding));
            bindings.push(binding);
            types.push(field.ty.clone());
        }
        arms.push((quote!(#path { #(#patterns,)* .. }), bindings));
    };
    match &input.data {
        Data::Struct(data) => collect(quote!(#name), &data.fields),
        Data::Enum(data) => {
            for variant in &data.variants {
                let ident = &variant.ident;
                collect(quote!(#name::#ident), &variant.fields);
            }
        }
        Data::Union(_) => return Err(syn::Error::new_spanned(name, "a union cannot be traced")),
    }
    let trace_arms = arms
        .iter()
        .map(|(pattern, fields)| quote!(#pattern => { #(#krate::Trace::trace(#fields, visit);)* }));
    let clear_arms =
        arms.iter().map(|(pattern, fields)| quote!(#pattern => { #(#krate::Trace::clear(#fields, out);)* }));
    Ok(quote! {
        impl #generics #krate::Trace for #name #type_generics #where_clause {
            #[allow(unused_variables)]
            fn trace(&self, visit: &mut dyn FnMut(&#krate::Value)) {
                match self { #(#trace_arms)* }
            }
            #[allow(unused_variables)]
            fn clear(&mut self, out: &mut Vec<#krate::Value>) {
                match self { #(#clear_arms)* }
            }
            const HOLDS_VALUES: bool = false #(|| <#types as #krate::Trace>::HOLDS_VALUES)*;
        }
    })
}
