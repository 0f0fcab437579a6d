//! `--codec smallest`, `--codec deflate` and `--verify`.

use super::*;

/// Smooth for a predictor; noise in its lower half; all of one value.
fn images() -> [(ImagePixel, Bytes); 3] {
    let image = grey(40, 40, 16, 12, false);
    let smooth: Vec<u32> = (0..1600).map(|n| n / 40 + n % 40).collect();
    let noisy: Vec<u32> = (0..1600_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 22).collect();
    [smooth, noisy, vec![77; 1600]].map(|samples| (image.clone(), native(&image, &samples)))
}

#[test]
fn the_smallest_form_is_that_of_the_best_codec() {
    for (image, native) in images() {
        let size = |codec: &str| encode(&image, &native, codec).pixel_bytes.encoded;
        let best = CODECS.iter().map(|codec| size(codec.name)).min().unwrap();
        let chosen = encode(&image, &native, "smallest");
        assert_eq!(chosen.pixel_bytes.encoded, best);
        let codec = CODECS.iter().find(|it| it.transfer_syntax == chosen.transfer_syntax).unwrap();
        check_codec(&image, &native, codec);
    }
}

#[test]
fn without_verification_the_bytes_are_the_same_and_it_is_told() {
    for (image, native) in images() {
        let encoder = Encoder::by_name("jpeg-ls", Verify::None).unwrap();
        let instance = deidentified(&image, native.clone(), false);
        let unverified = whole(encoder, instance).unwrap();
        let verified = encode(&image, &native, "jpeg-ls");
        assert_eq!(unverified.data_set, verified.data_set);
        assert_eq!((unverified.is_verified, verified.is_verified), (false, true));
    }
}

#[test]
fn a_codec_that_does_not_give_back_is_found_out() {
    fn encode(frame: &Frame<'_>) -> Result<Vec<u8>, EncodeError> {
        let mut image = frame.image.clone();
        image.columns -= 1;
        let FrameSamples::Eight(samples) = frame.samples else { panic!("bytes") };
        let cut: Vec<u8> = samples
            .chunks(frame.image.columns as usize)
            .flat_map(|line| line[1..].to_vec())
            .collect();
        (jpeg_ls::CODEC.encode)(&Frame { image: &image, samples: FrameSamples::Eight(&cut) })
    }
    static WRONG: Codec = Codec { encode, ..jpeg_ls::CODEC };
    let image = grey(20, 20, 8, 8, false);
    let native = native(&image, &(0..400).map(|n| n % 200).collect::<Vec<u32>>());
    let with = |verify| {
        let encoder = Encoder { goal: Goal::Codec(&WRONG), verify };
        whole(encoder, deidentified(&image, native.clone(), false))
            .map(|encoded| encoded.is_verified)
    };
    assert!(with(Verify::Full).is_err());
    assert_eq!(with(Verify::None), Ok(false));
}

#[test]
fn single_bits_are_deflated_where_no_codec_takes_them() {
    let bits = ImagePixel {
        bits_allocated: 1,
        bits_stored: 1,
        high_bit: 0,
        frames: 9,
        ..grey(64, 64, 8, 8, false)
    };
    let native = Bytes::from([[0_u8; 256], [255; 256]].concat().repeat(9));
    for codec in ["smallest", "deflate"] {
        let encoded = encode(&bits, &native, codec);
        assert_eq!(encoded.transfer_syntax, uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
        let deflated = encoded.deflated.as_ref().unwrap();
        assert!(deflated.len().is_multiple_of(2) && deflated.len() < native.len() / 9);
        assert_eq!(encoded.pixel_bytes.encoded, deflated.len() as u64);
        assert_eq!((encoded.kept_native, encoded.is_verified), (None, true));
        assert_eq!(encoded.data_set.bytes(tags::PIXEL_DATA), Some(&native));
    }
    assert_eq!(encode(&bits, &native, "jpeg-ls").kept_native, Some(KeptNative::OneBit));
}

#[test]
fn what_cannot_be_deflated_stays_as_it_is() {
    let image = grey(64, 64, 16, 16, false);
    let noise: Vec<u32> = (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 13).collect();
    let mixed: Vec<u32> =
        noise.iter().map(|n| (n ^ n.rotate_left(7)).wrapping_mul(0x9E37_79B1) >> 16).collect();
    let encoded = encode(&image, &native(&image, &mixed), "deflate");
    assert_eq!(encoded.kept_native, Some(KeptNative::WouldGrow));
    assert_eq!(encoded.transfer_syntax, uids::EXPLICIT_VR_LITTLE_ENDIAN);
}

/// More than 32 MiB of nothing: what a reader would take for an attack is not written.
#[test]
fn large_blank_images_are_written_so_that_they_can_be_read() {
    let image = grey(4200, 4200, 16, 16, false);
    let blank = Bytes::from(vec![0; 4200 * 4200 * 2]);
    let runs = encode(&image, &blank, "jpeg-ls");
    assert!(runs.pixel_bytes.encoded < blank.len() as u64 / 1000);
    #[cfg(feature = "jpeg-2000")]
    assert_eq!(encode(&image, &blank, "jpeg-2000").kept_native, Some(KeptNative::TooSmall));
}
