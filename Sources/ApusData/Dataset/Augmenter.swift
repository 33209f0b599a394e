import Glibc

/// Turns stored images into a network's input: changed at random as an ``Augmentation`` says, then normalized.
///
/// The result is a pure function of (seed, epoch, sample), so any thread may prepare any sample. What depends on the
/// image's size alone is computed once, here.
public struct Augmenter: Sendable {
    private let augmentation: Augmentation
    private let channels: Int
    private let height: Int
    private let width: Int
    private let multipliers: [Float]
    private let offsets: [Float]
    private let elastic: ElasticField?

    /// - Parameters:
    ///   - augmentation: How images are changed at random.
    ///   - channels: Of an image.
    ///   - height: Rows of an image.
    ///   - width: Pixels of a row.
    ///   - scale: What a byte is multiplied by.
    ///   - mean: Subtracted after that: one number, or one for each channel.
    ///   - standardDeviation: Divided by after that: one number, or one for each channel.
    public init(
        _ augmentation: Augmentation = Augmentation(), channels: Int, height: Int, width: Int, scale: Float = 1 / 255,
        mean: [Float] = [0], standardDeviation: [Float] = [1]
    ) throws(DataError) {
        try augmentation.check()
        try checkNormalization(scale: scale, mean: mean, standardDeviation: standardDeviation, channels: channels)
        self.augmentation = augmentation
        self.channels = channels
        self.height = height
        self.width = width
        let normalizer = Normalizer(scale: scale, mean: mean, standardDeviation: standardDeviation, channels: channels)
        multipliers = normalizer.multipliers
        offsets = normalizer.offsets
        elastic =
            augmentation.elasticity == 0
            ? nil
            : ElasticField(
                height: height, width: width, deviation: augmentation.elasticity, spacing: augmentation.elasticSpacing)
    }

    /// Writes one prepared image, [channels, height, width], into `output`; both spans hold exactly one image.
    /// - Parameters:
    ///   - image: Bytes, [channels, height, width].
    ///   - seed: The change depends on it, the epoch and the sample, and on nothing else.
    ///   - epoch: Counts from 0; below 2³².
    ///   - sample: The image's number in its data set, not its place in the epoch; below 2³².
    ///   - output: Room for as many numbers.
    public func prepare(
        _ image: Span<UInt8>, seed: UInt64, epoch: Int, sample: Int, into output: inout MutableSpan<Float>
    ) {
        precondition(image.count == channels * height * width && output.count == image.count)
        unsafe image.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { destination in
                unsafe prepare(
                    source.baseAddress!, seed: seed, epoch: epoch, sample: sample, into: destination.baseAddress!)
            }
        }
    }

    /// As the first, of memory that the caller vouches for: `channels × height × width` elements each.
    @unsafe public func prepare(
        _ image: UnsafePointer<UInt8>, seed: UInt64, epoch: Int, sample: Int, into output: UnsafeMutablePointer<Float>
    ) {
        if augmentation.isNone {
            unsafe copy(image, into: output, moveX: 0, moveY: 0, mirrored: false)
            return
        }
        var random = CounterRandom(
            seed: seed, purpose: .augmentation, stream: UInt64(epoch) << 32 | UInt64(UInt32(truncatingIfNeeded: sample))
        )
        let mirrored = augmentation.flip && random.chance(0.5)
        if augmentation.warps {
            unsafe warp(image, into: output, mirrored: mirrored, random: &random)
        } else {
            let reach = UInt32(2 * augmentation.shift.rounded(.down) + 1)
            let moveX = Int(random.integer(below: reach)) - Int(reach / 2)
            let moveY = Int(random.integer(below: reach)) - Int(reach / 2)
            unsafe copy(image, into: output, moveX: moveX, moveY: moveY, mirrored: mirrored)
        }
        if augmentation.eraseChance > 0, random.chance(augmentation.eraseChance) {
            unsafe erase(output, random: &random)
        }
    }

    /// Copies whole pixels; those that come from outside are 0 before normalization.
    private func copy(
        _ image: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>, moveX: Int, moveY: Int, mirrored: Bool
    ) {
        for channel in 0..<channels {
            let multiplier = multipliers[channel]
            let offset = offsets[channel]
            for y in 0..<height {
                let destination = unsafe output + (channel * height + y) * width
                let sourceY = y - moveY
                let columns = max(0, moveX)..<min(width, width + moveX)
                guard sourceY >= 0, sourceY < height, !columns.isEmpty else {
                    for x in 0..<width { unsafe destination[x] = offset }
                    continue
                }
                let source = unsafe image + (channel * height + sourceY) * width
                for x in 0..<columns.lowerBound { unsafe destination[x] = offset }
                for x in columns.upperBound..<width { unsafe destination[x] = offset }
                if mirrored {
                    for x in columns {
                        unsafe destination[x] = Float(source[width - 1 - (x - moveX)]) * multiplier + offset
                    }
                } else {
                    let moved = unsafe source - moveX
                    for x in columns { unsafe destination[x] = Float(moved[x]) * multiplier + offset }
                }
            }
        }
    }

    /// Samples the image at moved places, bilinearly; outside it is 0.
    private func warp(
        _ image: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>, mirrored: Bool,
        random: inout CounterRandom
    ) {
        let pixels = height * width
        // Two pixels of 0 to the right and below, one to the left and above: no sample needs a test.
        let padded = (height + 3) * (width + 3)
        let scratch = elastic?.scratchCount ?? 0
        let map = SourceMap(augmentation, height: height, width: width, mirrored: mirrored, random: &random)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * pixels + padded + scratch) { memory in
            let sourceX = memory.baseAddress!
            let sourceY = unsafe sourceX + pixels
            let plane = unsafe sourceY + pixels
            if let elastic {
                let space = unsafe plane + padded
                unsafe elastic.fill(sourceX, scratch: space, random: &random)
                unsafe elastic.fill(sourceY, scratch: space, random: &random)
                unsafe map.add(to: sourceX, sourceY, height: height, width: width)
            } else {
                unsafe sourceX.update(repeating: 0, count: 2 * pixels)
                unsafe map.add(to: sourceX, sourceY, height: height, width: width)
            }
            for channel in 0..<channels {
                unsafe pad(image + channel * pixels, into: plane)
                unsafe sample(
                    plane, sourceX, sourceY, into: output + channel * pixels, multiplier: multipliers[channel],
                    offset: offsets[channel])
            }
        }
    }

    private func pad(_ image: UnsafePointer<UInt8>, into plane: UnsafeMutablePointer<Float>) {
        let stride = width + 3
        unsafe plane.update(repeating: 0, count: (height + 3) * stride)
        for y in 0..<height {
            let source = unsafe image + y * width
            let destination = unsafe plane + (y + 1) * stride + 1
            for x in 0..<width { unsafe destination[x] = Float(source[x]) }
        }
    }

    private func sample(
        _ plane: UnsafePointer<Float>, _ sourceX: UnsafePointer<Float>, _ sourceY: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>, multiplier: Float, offset: Float
    ) {
        let stride = width + 3
        for index in 0..<height * width {
            // Both lie within the padded plane and are not negative, so that cutting off the fraction rounds down.
            let x = unsafe sourceX[index]
            let y = unsafe sourceY[index]
            let column = Int32(x)
            let row = Int32(y)
            let fractionX = x - Float(column)
            let fractionY = y - Float(row)
            let corner = unsafe plane + (Int(row) * stride + Int(column))
            let upper = unsafe corner[0] + (corner[1] - corner[0]) * fractionX
            let lower = unsafe corner[stride] + (corner[stride + 1] - corner[stride]) * fractionX
            unsafe output[index] = (upper + (lower - upper) * fractionY) * multiplier + offset
        }
    }

    private func erase(_ output: UnsafeMutablePointer<Float>, random: inout CounterRandom) {
        let tall = 1 + Int(random.uniform() * augmentation.eraseSide * Float(height))
        let wide = 1 + Int(random.uniform() * augmentation.eraseSide * Float(width))
        let top = Int(random.integer(below: UInt32(height - min(tall, height) + 1)))
        let left = Int(random.integer(below: UInt32(width - min(wide, width) + 1)))
        for channel in 0..<channels {
            for y in top..<min(top + tall, height) {
                let row = unsafe output + (channel * height + y) * width
                for x in left..<min(left + wide, width) { unsafe row[x] = offsets[channel] }
            }
        }
    }
}

/// The affine part of a warp: from a pixel of the result to a place in the padded source.
private struct SourceMap {
    private let xx: Float
    private let xy: Float
    private let yx: Float
    private let yy: Float
    private let x0: Float
    private let y0: Float

    /// Rotation after shear after scale about the image's centre, then a shift.
    init(_ augmentation: Augmentation, height: Int, width: Int, mirrored: Bool, random: inout CounterRandom) {
        let angle = random.uniform(-1, 1) * augmentation.rotation * Float.pi / 180
        let scaleX = (1 + random.uniform(-1, 1) * augmentation.scale) * (mirrored ? -1 : 1)
        let scaleY = 1 + random.uniform(-1, 1) * augmentation.scale
        let shear = random.uniform(-1, 1) * augmentation.shear
        let shiftX = random.uniform(-1, 1) * augmentation.shift
        let shiftY = random.uniform(-1, 1) * augmentation.shift
        let cosine = cosf(angle)
        let sine = sinf(angle)
        xx = (cosine + shear * sine) / scaleX
        xy = (shear * cosine - sine) / scaleX
        yx = sine / scaleY
        yy = cosine / scaleY
        let centreX = Float(width - 1) / 2
        let centreY = Float(height - 1) / 2
        // The padded plane begins one pixel before the image.
        x0 = centreX + 1 - xx * (centreX + shiftX) - xy * (centreY + shiftY)
        y0 = centreY + 1 - yx * (centreX + shiftX) - yy * (centreY + shiftY)
    }

    /// Adds each pixel's place to the displacement that is there already, and keeps it within the padded plane.
    func add(to sourceX: UnsafeMutablePointer<Float>, _ sourceY: UnsafeMutablePointer<Float>, height: Int, width: Int) {
        let limitX = Float(width + 1)
        let limitY = Float(height + 1)
        for y in 0..<height {
            let rowX = unsafe sourceX + y * width
            let rowY = unsafe sourceY + y * width
            let startX = x0 + xy * Float(y)
            let startY = y0 + yy * Float(y)
            for x in 0..<width {
                let placeX = unsafe startX + xx * Float(x) + rowX[x]
                let placeY = unsafe startY + yx * Float(x) + rowY[x]
                unsafe rowX[x] = placeX < 0 ? 0 : placeX > limitX ? limitX : placeX
                unsafe rowY[x] = placeY < 0 ? 0 : placeY > limitY ? limitY : placeY
            }
        }
    }
}
