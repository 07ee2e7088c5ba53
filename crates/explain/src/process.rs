//! What the kernel says of a process, from the texts that it keeps for it under `/proc/self`.

use std::collections::BTreeMap;

use crate::model::{Limit, Region};

/// The address space by region, from `maps`. `executable` is the path of the program's own file.
pub fn regions(maps: &str, executable: &str) -> Vec<Region> {
    const ORDER: [&str; 7] = ["code", "data", "heap", "stack", "libraries", "anonymous", "kernel"];
    let mut found: BTreeMap<usize, Region> = BTreeMap::new();
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(range), Some(permissions)) = (fields.next(), fields.next()) else { continue };
        let path = fields.nth(3).unwrap_or("");
        let Some((from, to)) = range.split_once('-') else { continue };
        let address = |text: &str| u64::from_str_radix(text, 16).unwrap_or(0);
        // Address space that is reserved and may not be touched is no memory.
        if permissions.starts_with("---") {
            continue;
        }
        let name = match path {
            "[heap]" => "heap",
            "[stack]" => "stack",
            "" => "anonymous",
            path if path.starts_with("[v") => "kernel",
            path if path == executable && permissions.contains('x') => "code",
            path if path == executable => "data",
            path if path.starts_with('/') => "libraries",
            _ => "anonymous",
        };
        let place = ORDER.iter().position(|other| *other == name).unwrap_or(ORDER.len());
        let region = found.entry(place).or_insert_with(|| Region {
            name: name.to_owned(),
            from: format!("0x{from}"),
            ..Region::default()
        });
        region.bytes += address(to).saturating_sub(address(from));
        region.mappings += 1;
    }
    found.into_values().collect()
}

/// Resource limits, from `limits`.
pub fn limits(text: &str) -> Vec<Limit> {
    let column = |line: &str, from: usize, to: usize| {
        line.get(from..to.min(line.len())).unwrap_or("").trim().to_owned()
    };
    let rows = text.lines().skip(1).filter(|line| line.len() > 26);
    rows.map(|line| Limit {
        name: column(line, 0, 26),
        soft: column(line, 26, 47),
        hard: column(line, 47, 68),
        unit: column(line, 68, usize::MAX),
    })
    .collect()
}

/// Resident bytes, from `status`.
pub fn resident(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 =
        line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0);
    kibibytes * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_become_regions() {
        let maps = "\
00400000-00500000 r-xp 00000000 08:01 1 /bin/taipan
00500000-00510000 rw-p 00100000 08:01 1 /bin/taipan
01000000-01100000 rw-p 00000000 00:00 0 [heap]
7f0000000000-7f0000001000 ---p 00000000 00:00 0
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]
";
        let found = regions(maps, "/bin/taipan");
        let names: Vec<(&str, u64)> =
            found.iter().map(|region| (region.name.as_str(), region.bytes)).collect();
        assert_eq!(names, [("code", 0x100000), ("data", 0x10000), ("heap", 0x100000), ("stack", 0x21000)]);
    }

    #[test]
    fn limits_are_columns() {
        let text = "\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 1048576              files     
";
        let found = limits(text);
        assert_eq!(
            (found[1].name.as_str(), found[1].soft.as_str(), found[1].unit.as_str()),
            ("Max open files", "1024", "files")
        );
    }
}
