use super::*;

fn points(s: &str) -> Vec<u32> {
    s.chars().map(u32::from).collect()
}

#[test]
fn names_both_ways() {
    for c in 0..0x110000 {
        if let Some(name) = name(c) {
            assert_eq!(lookup(&name), Some(c), "{name}");
            assert_eq!(lookup(&name.to_ascii_lowercase()), Some(c), "{name}");
        }
    }
    assert_eq!(lookup("LF"), Some(10));
    assert_eq!(lookup("KEYCAP DIGIT ONE"), None);
    assert_eq!(lookup_sequence("KEYCAP DIGIT ONE"), Some(vec![0x31, 0xFE0F, 0x20E3]));
    assert_eq!(lookup("CJK UNIFIED IDEOGRAPH-04E00"), None);
    assert_eq!((name(0x17000), lookup("TANGUT IDEOGRAPH-17000")), (None, Some(0x17000)));
}

#[test]
fn final_sigma() {
    assert_eq!(lower_str(&points("ΑΣ Σ ΑΣ.Α")), points("ας σ ασ.α"));
}

#[test]
fn identifiers_are_compared_in_nfkc() {
    assert_eq!(nfkc("ﬁle").as_deref(), Some("file"));
    assert_eq!(nfkc("é"), None);
    assert!(is_identifier(points("_ü1")) && !is_identifier(points("1a")) && !is_identifier(points("")));
}
