//! Quoted-printable (RFC 1521), and its form in headers (RFC 1522).

fn unhex(c: u8) -> Option<u8> {
    (c as char).to_digit(16).map(|d| d as u8)
}

pub fn decode(data: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while let Some(&c) = data.get(i) {
        i += 1;
        if c != b'=' {
            out.push(if header && c == b'_' { b' ' } else { c });
            continue;
        }
        match data.get(i) {
            None => break,
            Some(b'\n' | b'\r') => {
                // A soft line break: all up to and with the newline goes.
                while let Some(&c) = data.get(i) {
                    i += 1;
                    if c == b'\n' {
                        break;
                    }
                }
            }
            Some(b'=') => {
                out.push(b'=');
                i += 1;
            }
            Some(&high) => match (unhex(high), data.get(i + 1).and_then(|&c| unhex(c))) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    i += 2;
                }
                _ => out.push(b'='),
            },
        }
    }
    out
}

/// Longest line, soft break included.
const LINE: usize = 76;

pub fn encode(data: &[u8], quotetabs: bool, istext: bool, header: bool) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // The line end that the data uses serves for soft breaks too.
    let crlf = data.iter().position(|&c| c == b'\n').is_some_and(|n| n > 0 && data[n - 1] == b'\r');
    let newline: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(data.len() + data.len() / 4);
    let mut column = 0;
    let mut i = 0;
    while let Some(&c) = data.get(i) {
        let next = data.get(i + 1).copied();
        let at_end = match next {
            None => true,
            Some(b'\n') => true,
            Some(b'\r') => data.get(i + 2) == Some(&b'\n'),
            _ => false,
        };
        let quote = c > 126
            || c == b'='
            || header && c == b'_'
            || c == b'.' && column == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0))
            || !istext && matches!(c, b'\r' | b'\n')
            || matches!(c, b'\t' | b' ') && next.is_none()
            || c < 33 && !matches!(c, b'\r' | b'\n' | b'\t' | b' ')
            || c < 33
                && !matches!(c, b'\r' | b'\n')
                && (quotetabs || matches!(c, b'\t' | b' ') && at_end && istext);
        if quote {
            if column + 3 >= LINE {
                out.push(b'=');
                out.extend_from_slice(newline);
                column = 0;
            }
            out.extend([b'=', DIGITS[usize::from(c >> 4)], DIGITS[usize::from(c & 15)]]);
            column += 3;
            i += 1;
            continue;
        }
        let is_break = istext && (c == b'\n' || c == b'\r' && next == Some(b'\n'));
        if is_break {
            out.extend_from_slice(newline);
            column = 0;
            i += if c == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some() && next != Some(b'\n') && column + 1 >= LINE {
            out.push(b'=');
            out.extend_from_slice(newline);
            column = 0;
        }
        column += 1;
        out.push(if header && c == b' ' { b'_' } else { c });
        i += 1;
    }
    out
}
