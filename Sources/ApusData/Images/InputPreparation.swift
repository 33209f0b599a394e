public import ApusGraph

/// How an image becomes a network's input. A model file keeps this as names and values.
public struct InputPreparation: Equatable, Sendable {
    /// How an image of another size is brought to the input's.
    public enum Resize: String, Sendable, CaseIterable {
        /// Each axis by itself: a wide image is squeezed.
        case stretch
        /// As large as fits without squeezing; what remains is filled with the value 0.
        case fit
    }

    /// Whether light and dark change places.
    public enum Invert: String, Sendable, CaseIterable {
        /// Where the image's border is light, as ink on paper is: for networks that learned light on dark.
        case auto
        case always
        case never
    }

    /// What a pixel of 0...255 is multiplied by first. Numbers that are no bytes are not.
    public var scale: Float
    /// Subtracted next: one number, or one for each channel.
    public var mean: [Float]
    /// Divided by next: one number, or one for each channel.
    public var standardDeviation: [Float]
    public var resize: Resize
    public var invert: Invert

    /// A preparation: `(pixel · scale − mean) / standardDeviation`.
    /// - Throws: ``DataError`` where a number is not finite, or the scale or a deviation is 0.
    public init(
        scale: Float = 1 / 255, mean: [Float] = [0], standardDeviation: [Float] = [1], resize: Resize = .stretch,
        invert: Invert = .never
    ) throws(DataError) {
        try checkNormalization(scale: scale, mean: mean, standardDeviation: standardDeviation)
        self.scale = scale
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.resize = resize
        self.invert = invert
    }

    /// Pixels from 0 to 1, stretched, never inverted.
    public static var unit: InputPreparation { InputPreparation(scale: 1 / 255, resize: .stretch, invert: .never) }

    /// Pixels from 0 to 1, light on dark: what MNIST and the generated digits need.
    public static var lightOnDark: InputPreparation { InputPreparation(scale: 1 / 255, resize: .fit, invert: .auto) }

    /// Numbers as they are.
    public static var none: InputPreparation { InputPreparation(scale: 1, resize: .stretch, invert: .never) }

    private init(scale: Float, resize: Resize, invert: Invert) {
        self.scale = scale
        mean = [0]
        standardDeviation = [1]
        self.resize = resize
        self.invert = invert
    }

    /// Whether numbers that are no bytes stay what they are.
    public var leavesNumbers: Bool { mean.allSatisfy { $0 == 0 } && standardDeviation.allSatisfy { $0 == 1 } }

    /// The preparation with another mean and deviation: one number each, or one for each channel.
    /// - Throws: ``DataError`` where a number is not finite, or a deviation is not above 0.
    public func normalized(mean: [Float], standardDeviation: [Float]) throws(DataError) -> InputPreparation {
        try InputPreparation(
            scale: scale, mean: mean, standardDeviation: standardDeviation, resize: resize, invert: invert)
    }

    /// The names and values that a model file keeps. A value has no space in it.
    public var fields: [Model.Field] {
        [
            .init(name: "scale", value: scale.description),
            .init(name: "mean", value: mean.map { $0.description }.joined(separator: ",")),
            .init(name: "standard_deviation", value: standardDeviation.map { $0.description }.joined(separator: ",")),
            .init(name: "resize", value: resize.rawValue), .init(name: "invert", value: invert.rawValue),
        ]
    }

    /// Reads what ``fields`` gave. What is missing has its default; an unknown name or a bad value is an error.
    public init(fields: [Model.Field]) throws(DataError) {
        try self.init()
        for field in fields {
            let (name, value) = (field.name, field.value)
            switch name {
            case "scale":
                guard let number = Float(value) else { throw Self.bad(name, value, "a number") }
                scale = number
            case "mean": mean = try Self.numbers(name, value)
            case "standard_deviation": standardDeviation = try Self.numbers(name, value)
            case "resize":
                guard let choice = Resize(rawValue: value) else { throw Self.bad(name, value, "stretch or fit") }
                resize = choice
            case "invert":
                guard let choice = Invert(rawValue: value) else { throw Self.bad(name, value, "auto, always or never") }
                invert = choice
            default:
                throw DataError(
                    problem: "input preparation: '\(name)' is not known",
                    remedy: "use scale, mean, standard_deviation, resize and invert")
            }
        }
        try checkNormalization(scale: scale, mean: mean, standardDeviation: standardDeviation)
    }

    private static func numbers(_ name: String, _ value: String) throws(DataError) -> [Float] {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Float($0) }
        guard numbers.count == parts.count else { throw bad(name, value, "numbers with commas between them") }
        return numbers
    }

    private static func bad(_ name: String, _ value: String, _ wanted: String) -> DataError {
        DataError(problem: "input preparation: \(name) is '\(value)'", remedy: "give \(wanted)")
    }
}

extension InputPreparation {
    /// The input for one image: [channels, height, width], row-major.
    ///
    /// Gray becomes color by repetition; color becomes gray by ITU-R BT.601's luma. Smaller images are interpolated,
    /// larger ones averaged over the area of each pixel. O(pixels of the image and of the input).
    /// - Throws: ``DataError`` where the channels can't be converted, or there are not as many means or deviations as
    ///   channels.
    public func prepare(_ image: Image, channels: Int, height: Int, width: Int) throws(DataError) -> [Float] {
        try checkNormalization(scale: scale, mean: mean, standardDeviation: standardDeviation, channels: channels)
        guard boundedProduct([channels, height, width], limit: 3 * Image.maximumPixelCount) != nil, height > 0,
            width > 0
        else { throw DataError(problem: "an input of \(channels) × \(height) × \(width) is too large for an image") }
        let planes = try image.planes(channels: channels)
        let inverted = invert == .always || invert == .auto && image.hasLightBorder
        var placement = (top: 0, left: 0, height: height, width: width)
        if resize == .fit { placement = Self.fit(image, height: height, width: width) }
        // An image that has the size already stays as it is: every weight would be 1.
        let hasSize = image.height == placement.height && image.width == placement.width
        let axes =
            hasSize
            ? nil
            : (
                rows: ResampledAxis(from: image.height, to: placement.height),
                columns: ResampledAxis(from: image.width, to: placement.width)
            )
        var output = [Float](repeating: 0, count: channels * height * width)
        for channel in 0..<channels {
            let deviation = standardDeviation[standardDeviation.count == 1 ? 0 : channel]
            let average = mean[mean.count == 1 ? 0 : channel]
            // The area that `fit` leaves free holds pixels of 0, as if they had been in the image.
            for index in 0..<height * width { output[channel * height * width + index] = -average / deviation }
            let original = planes[planes.count == 1 ? 0 : channel]
            let plane =
                axes.map { resample(original, width: image.width, rows: $0.rows, columns: $0.columns) }
                ?? original.map { Float($0) }
            for y in 0..<placement.height {
                let start = (channel * height + placement.top + y) * width + placement.left
                for x in 0..<placement.width {
                    let pixel = plane[y * placement.width + x]
                    output[start + x] = ((inverted ? 255 - pixel : pixel) * scale - average) / deviation
                }
            }
        }
        return output
    }

    /// The largest box of the image's proportions within the input, in its middle.
    private static func fit(_ image: Image, height: Int, width: Int) -> (top: Int, left: Int, height: Int, width: Int) {
        let ratio = min(Double(height) / Double(image.height), Double(width) / Double(image.width))
        let tall = min(max(Int((Double(image.height) * ratio).rounded()), 1), height)
        let wide = min(max(Int((Double(image.width) * ratio).rounded()), 1), width)
        return ((height - tall) / 2, (width - wide) / 2, tall, wide)
    }
}

extension Image {
    /// The planes of an image for so many channels: one where all channels are the same.
    fileprivate func planes(channels wanted: Int) throws(DataError) -> [[UInt8]] {
        let size = height * width
        if channels == 1 { return [bytes] }
        if channels == wanted { return (0..<channels).map { Array(bytes[$0 * size..<($0 + 1) * size]) } }
        guard channels == 3, wanted == 1 else {
            throw DataError(
                problem: "an image of \(channels) channels can't be made into an input of \(wanted)",
                remedy: "give a gray or a color image to a network of 1 or 3 channels")
        }
        let luma = (0..<size).map { pixel -> UInt8 in
            // 0.299, 0.587 and 0.114 in 65536ths.
            let sum = 19595 * Int(bytes[pixel]) + 38470 * Int(bytes[size + pixel]) + 7471 * Int(bytes[2 * size + pixel])
            return UInt8((sum + 32768) >> 16)
        }
        return [luma]
    }

    /// Whether the outermost pixels are light in the mean.
    fileprivate var hasLightBorder: Bool {
        var sum = 0
        var count = 0
        for channel in 0..<channels {
            for y in 0..<height {
                let row = (channel * height + y) * width
                let isEdge = y == 0 || y == height - 1
                for x in stride(from: 0, to: width, by: isEdge ? 1 : max(width - 1, 1)) {
                    sum += Int(bytes[row + x])
                    count += 1
                }
            }
        }
        return sum > 127 * count
    }
}
