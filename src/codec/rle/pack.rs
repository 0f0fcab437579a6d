//! One line of a byte plane to replicate runs and literal runs (PS3.5 section G.3.1).

/// The most bytes that one run stands for.
const LONGEST: usize = 128;

/// Packs a line. Two equal bytes are a run only where no literal run goes before, which they would cut
/// in two for nothing.
pub(super) fn pack(line: &[u8], packed: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(first) = rest.first() {
        let run = run_length(rest);
        if run > 1 {
            packed.extend([(257 - run) as u8, *first]);
            rest = &rest[run..];
        } else {
            let (literal, behind) = rest.split_at(literal_length(rest));
            for some in literal.chunks(LONGEST) {
                packed.push((some.len() - 1) as u8);
                packed.extend_from_slice(some);
            }
            rest = behind;
        }
    }
}

/// How many bytes at the beginning equal the first, up to the longest run.
fn run_length(line: &[u8]) -> usize {
    let line = &line[..line.len().min(LONGEST)];
    let same = u64::from_le_bytes([line[0]; 8]);
    let (words, rest) = line.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let differ = u64::from_le_bytes(*word) ^ same;
        if differ != 0 {
            return 8 * at + differ.trailing_zeros() as usize / 8;
        }
    }
    let behind = rest.iter().take_while(|byte| **byte == line[0]).count();
    8 * words.len() + behind
}

/// How many bytes there are before three equal ones.
fn literal_length(line: &[u8]) -> usize {
    let mut at = 0;
    // Eight places at once: a byte is zero where three bytes are equal.
    while let Some(ten) = line.get(at..at + 10) {
        let word = |from: usize| {
            let eight: [u8; 8] = ten[from..from + 8].try_into().expect("eight of ten");
            u64::from_le_bytes(eight)
        };
        let differ = word(0) ^ word(1) | word(1) ^ word(2);
        let zeros = differ.wrapping_sub(ONES) & !differ & (ONES << 7);
        if zeros != 0 {
            return at + zeros.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let run = line[at..].windows(3).position(|three| three[0] == three[1] && three[1] == three[2]);
    run.map_or(line.len(), |from| at + from)
}

/// The lowest bit of each byte.
const ONES: u64 = u64::from_le_bytes([1; 8]);

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(line: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        pack(line, &mut packed);
        packed
    }

    #[test]
    fn runs_and_literals_are_told_apart() {
        assert_eq!(packed(b""), b"");
        assert_eq!(packed(b"a"), b"\0a");
        assert_eq!(packed(b"aa"), b"\xFFa");
        assert_eq!(packed(b"abbc"), b"\x03abbc");
        assert_eq!(packed(b"abbbc"), b"\0a\xFEb\0c");
        assert_eq!(packed(b"aaabb"), b"\xFEa\xFFb");
    }

    #[test]
    fn no_run_is_longer_than_128() {
        assert_eq!(packed(&[7; 128]), [0x81, 7]);
        assert_eq!(packed(&[7; 129]), [0x81, 7, 0, 7]);
        let different: Vec<u8> = (0..=128).collect();
        let wanted = [&[127], &different[..128], &[0, 128]].concat();
        assert_eq!(packed(&different), wanted);
    }

    #[test]
    fn lengths_are_found_wherever_they_end() {
        for length in 1..40 {
            for end in 1..=length {
                let mut line = vec![5; length];
                line[end..].fill(6);
                assert_eq!(run_length(&line), end);
                let mut line: Vec<u8> = (0..length as u8).collect();
                if end + 3 <= length {
                    line[end..end + 3].fill(99);
                    assert_eq!(literal_length(&line), end);
                } else {
                    assert_eq!(literal_length(&line), length);
                }
            }
        }
    }
}
