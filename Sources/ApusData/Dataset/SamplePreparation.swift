/// Makes a network's input of the stored samples of one column: changed at random, where they are images and that is asked
/// for, and normalized.
///
/// The result is a pure function of (seed, epoch, sample), so any thread may prepare any sample.
public struct SamplePreparation: Sendable {
    /// What is written.
    public enum Output: Sendable {
        case floats
        case integers
    }

    private enum Way: Sendable {
        case image(Augmenter)
        case bytes, integers, floats
        case integersAsTheyAre, bytesAsIntegers
    }

    /// Elements of a sample, stored and written.
    public let elements: Int
    private let way: Way
    private let normalizer: Normalizer

    /// - Parameters:
    ///   - column: its samples' shape and type of elements; the elements themselves are given later.
    ///   - output: what the elements become.
    ///   - preparation: how they become it.
    ///   - augmentation: of images only.
    /// - Throws: ``DataError`` where there are not as many means or deviations as channels, where augmentation is asked for
    ///   of what is no image, or where floats would have to become integers.
    public init(
        _ column: DataColumn, to output: Output, preparation: InputPreparation = .none,
        augmentation: Augmentation = Augmentation()
    ) throws(DataError) {
        elements = column.sampleElements
        let shape = column.sampleShape
        let isImage = column.isImage
        guard augmentation.isNone || isImage && output == .floats else {
            throw DataError(
                problem: "the samples are no images, and can't be changed at random",
                remedy: "leave augmentation out, or give images as bytes")
        }
        let isByte = if case .bytes = column.elements { true } else { false }
        let scale = isByte ? preparation.scale : 1
        try checkNormalization(
            scale: scale, mean: preparation.mean, standardDeviation: preparation.standardDeviation,
            channels: output == .floats ? column.channels : nil)
        normalizer = Normalizer(
            scale: scale, mean: preparation.mean, standardDeviation: preparation.standardDeviation,
            channels: output == .floats ? column.channels : 1)
        switch (output, column.elements) {
        case (.floats, .bytes) where isImage && !augmentation.isNone:
            way = .image(
                try Augmenter(
                    augmentation, channels: column.channels, height: shape[shape.count - 2],
                    width: shape[shape.count - 1], scale: scale, mean: preparation.mean,
                    standardDeviation: preparation.standardDeviation))
        case (.floats, .bytes): way = .bytes
        case (.floats, .integers): way = .integers
        case (.floats, .floats): way = .floats
        case (.integers, .integers): way = .integersAsTheyAre
        case (.integers, .bytes): way = .bytesAsIntegers
        case (.integers, .floats):
            throw DataError(
                problem: "the network takes whole numbers, and the data has numbers with fractions",
                remedy: "save the data as integers")
        }
    }

    /// Writes one sample, from and to memory that the caller vouches for.
    /// - Parameters:
    ///   - column: the column's elements.
    ///   - sample: the number of the sample in the column.
    ///   - seed: what augmentation depends on, beside the sample and the epoch.
    ///   - epoch: counts from 0.
    ///   - output: room for ``elements`` numbers of 32 bits.
    @unsafe public func prepare(
        _ column: UnsafeRawPointer, sample: Int, seed: UInt64, epoch: Int, into output: UnsafeMutableRawPointer
    ) {
        let first = sample * elements
        switch way {
        case .image(let augmenter):
            unsafe augmenter.prepare(
                column.assumingMemoryBound(to: UInt8.self) + first, seed: seed, epoch: epoch, sample: sample,
                into: output.assumingMemoryBound(to: Float.self))
        case .bytes: unsafe normalize(column.assumingMemoryBound(to: UInt8.self) + first, into: output) { Float($0) }
        case .integers: unsafe normalize(column.assumingMemoryBound(to: Int32.self) + first, into: output) { Float($0) }
        case .floats: unsafe normalize(column.assumingMemoryBound(to: Float.self) + first, into: output) { $0 }
        case .integersAsTheyAre: unsafe output.copyMemory(from: column + 4 * first, byteCount: 4 * elements)
        case .bytesAsIntegers:
            let source = unsafe column.assumingMemoryBound(to: UInt8.self) + first
            let destination = unsafe output.assumingMemoryBound(to: Int32.self)
            for index in 0..<elements { unsafe destination[index] = Int32(source[index]) }
        }
    }

    @inline(__always) private func normalize<Element>(
        _ source: UnsafePointer<Element>, into output: UnsafeMutableRawPointer, _ number: (Element) -> Float
    ) {
        let destination = unsafe output.assumingMemoryBound(to: Float.self)
        let length = elements / normalizer.multipliers.count
        for channel in normalizer.multipliers.indices {
            let multiplier = normalizer.multipliers[channel]
            let offset = normalizer.offsets[channel]
            for index in channel * length..<(channel + 1) * length {
                unsafe destination[index] = number(source[index]) * multiplier + offset
            }
        }
    }
}
