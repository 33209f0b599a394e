import Glibc

/// How a line of elements is resized: the kernel, and which place between the elements each new element stands at.
///
/// All formulas are those of the ONNX operator specification, Resize of opset 19.
public struct Interpolation: Sendable, Hashable {
    public enum Mode: String, Sendable, CaseIterable {
        case nearest, linear
        /// Keys, "Cubic convolution interpolation for digital image processing" (1981), equation 4 with a free coefficient.
        case cubic
    }
    /// From the number of a new element to its place among the old ones.
    public enum Coordinates: String, Sendable, CaseIterable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        /// As `half_pixel`, but a single element is the first one.
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
    }
    /// Which element is the nearest to a place between two.
    public enum Rounding: String, Sendable, CaseIterable {
        case preferFloor = "round_prefer_floor"
        case preferCeil = "round_prefer_ceil"
        case floor, ceil
    }

    public var mode: Mode
    public var coordinates: Coordinates
    public var rounding: Rounding
    /// Of the cubic kernel: its slope at distance 1.
    public var coefficient: Double
    /// Whether elements beyond the ends weigh nothing, in place of being the first or last one.
    public var excludesOutside: Bool
    /// Whether the kernel is stretched where a line becomes shorter.
    public var antialiases: Bool

    public init(
        mode: Mode = .nearest, coordinates: Coordinates = .halfPixel, rounding: Rounding = .preferFloor,
        coefficient: Double = -0.75, excludesOutside: Bool = false, antialiases: Bool = false
    ) {
        self.mode = mode
        self.coordinates = coordinates
        self.rounding = rounding
        self.coefficient = coefficient
        self.excludesOutside = excludesOutside
        self.antialiases = antialiases
    }

    /// Which old elements each new one is made of. O(output · count).
    ///
    /// - Parameters:
    ///   - input: how many elements the line has, at least 1.
    ///   - output: how many it shall have, at least 1.
    ///   - scale: new over old length; where it is nil, that of the two numbers.
    public func taps(input: Int, output: Int, scale: Double? = nil) -> InterpolationTaps {
        let length = scale.map { $0 * Double(input) } ?? Double(output)
        let scale = scale ?? Double(output) / Double(input)
        let count = count(scale)
        var taps = InterpolationTaps(count: count)
        for number in 0..<output {
            let exact = place(of: number, input: input, output: output, length: length, scale: scale)
            // A scale and a length that don't belong together may lead anywhere.
            let place = exact.isNaN ? 0 : min(max(exact, -0x1p40), 0x1p40)
            if mode == .nearest {
                taps.indices.append(min(max(nearest(place), 0), input - 1))
                taps.weights.append(1)
                continue
            }
            let first = Int(Glibc.floor(place)) - count / 2 + 1
            var weights = (first..<first + count).map { weight(Double($0) - place, scale) }
            if excludesOutside {
                for index in 0..<count where !(0..<input).contains(first + index) { weights[index] = 0 }
            }
            if excludesOutside || antialiases {
                let sum = weights.reduce(0, +)
                if sum != 0 { weights = weights.map { $0 / sum } }
            }
            taps.indices += (first..<first + count).map { min(max($0, 0), input - 1) }
            taps.weights += weights
        }
        return taps
    }

    /// The factor by which the kernel is narrower than it is without antialiasing.
    private func narrowing(_ scale: Double) -> Double { antialiases ? min(scale, 1) : 1 }

    /// Taps of one new element: even, half of them on either side of the place.
    private func count(_ scale: Double) -> Int {
        if mode == .nearest { return 1 }
        let reach = mode == .linear ? 1.0 : 2
        return 2 * Int(Glibc.ceil(reach / narrowing(scale)))
    }

    /// The place of a new element. The nearest element is looked for in single precision, as ONNX Runtime does: which one it is where
    /// two are as near hangs on the last digit.
    ///
    /// - Parameter length: the length of the new line before it was rounded down.
    private func place(of number: Int, input: Int, output: Int, length: Double, scale: Double) -> Double {
        guard mode == .nearest else {
            return place(of: Double(number), input: Double(input), output: Double(output), length: length, scale: scale)
        }
        let single = place(
            of: Float(number), input: Float(input), output: Float(output), length: Float(length), scale: Float(scale))
        return Double(single)
    }

    private func place<Number: BinaryFloatingPoint>(
        of number: Number, input: Number, output: Number, length: Number, scale: Number
    ) -> Number {
        let middle = (number + 0.5) / scale - 0.5
        switch coordinates {
        case .halfPixel: return middle
        case .halfPixelSymmetric:
            // What rounding the length down cuts off is cut off at both ends.
            return input / 2 * (1 - output / (input * scale)) + middle
        case .pytorchHalfPixel: return output > 1 ? middle : 0
        case .alignCorners: return output > 1 ? number * (input - 1) / (length - 1) : 0
        case .asymmetric: return number / scale
        }
    }

    private func nearest(_ place: Double) -> Int {
        switch rounding {
        case .preferFloor: Int(Glibc.ceil(place - 0.5))
        case .preferCeil: Int(Glibc.floor(place + 0.5))
        case .floor: Int(Glibc.floor(place))
        case .ceil: Int(Glibc.ceil(place))
        }
    }

    /// The kernel at a distance from the place.
    private func weight(_ distance: Double, _ scale: Double) -> Double {
        let x = abs(distance) * narrowing(scale)
        if mode == .linear { return max(0, 1 - x) }
        let a = coefficient
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
    }
}

/// What each element of a resized line is made of: `y[i] = Σ_j weights[i · count + j] · x[indices[i · count + j]]`.
public struct InterpolationTaps: Sendable, Equatable {
    /// How many there are for each new element.
    public var count: Int
    public var indices: [Int] = []
    public var weights: [Double] = []

    init(count: Int) { self.count = count }
}

// The attributes of the operators that resize.
extension Interpolation {
    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        let mode = try attributes.word("mode", of: Mode.allCases.map(\.rawValue), default: "nearest")
        let coordinates = try attributes.word(
            "coordinates", of: Coordinates.allCases.map(\.rawValue), default: "half_pixel")
        let rounding = try attributes.word(
            "rounding", of: Rounding.allCases.map(\.rawValue), default: "round_prefer_floor")
        self.init(
            mode: Mode(rawValue: mode) ?? .nearest, coordinates: Coordinates(rawValue: coordinates) ?? .halfPixel,
            rounding: Rounding(rawValue: rounding) ?? .preferFloor,
            coefficient: try attributes.number("coefficient", in: AttributeRange.single, default: -0.75),
            excludesOutside: try attributes.boolean("exclude_outside", default: false),
            antialiases: try attributes.boolean("antialias", default: false))
    }

    var attributes: [Attribute] {
        let plain = Interpolation()
        var list: [Attribute] = []
        if mode != plain.mode { list.append(Attribute("mode", .word(mode.rawValue))) }
        if coordinates != plain.coordinates { list.append(Attribute("coordinates", .word(coordinates.rawValue))) }
        if rounding != plain.rounding { list.append(Attribute("rounding", .word(rounding.rawValue))) }
        if coefficient != plain.coefficient { list.append(Attribute("coefficient", .number(coefficient))) }
        if excludesOutside { list.append(Attribute("exclude_outside", .boolean(true))) }
        if antialiases { list.append(Attribute("antialias", .boolean(true))) }
        return list
    }

    static let entries: [OperatorDocumentation.Entry] = [
        .init("mode", "nearest, linear or cubic; nearest"),
        .init(
            "coordinates",
            "half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners or asymmetric: where new elements stand; half_pixel"
        ),
        .init("rounding", "round_prefer_floor, round_prefer_ceil, floor or ceil, of mode nearest; round_prefer_floor"),
        .init("coefficient", "of the cubic kernel; -0.75"),
        .init("exclude_outside", "whether elements beyond the ends weigh nothing; false"),
        .init("antialias", "whether the kernel is stretched where a dimension shrinks; false"),
    ]
}
