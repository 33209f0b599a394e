/// How much the images of a training epoch are changed at random. All amounts are 0 unless said otherwise.
public struct Augmentation: Equatable, Sendable {
    /// Maximum shift along each axis, in pixels. Whole pixels, unless rotation, scale, shear or elasticity is used too.
    public var shift: Float = 0
    /// Maximum rotation to either side, in degrees.
    public var rotation: Float = 0
    /// Maximum change of size, of each axis by itself: 0.1 is 0.9 to 1.1 times.
    public var scale: Float = 0
    /// Maximum shear to either side: 0.1 moves the top row by a tenth of half the height.
    public var shear: Float = 0
    /// Standard deviation of the elastic displacement of a pixel along each axis, in pixels.
    public var elasticity: Float = 0
    /// Pixels between the control points of the elastic displacement: greater is smoother. At least 1.
    public var elasticSpacing: Float = 7
    /// Whether every second image, at random, is mirrored left to right.
    public var flip = false
    /// Probability that a rectangle of the image becomes 0.
    public var eraseChance: Float = 0
    /// Maximum side of that rectangle as a fraction of the image's side.
    public var eraseSide: Float = 0.4

    /// No change at all.
    public init() {}

    /// Whether images are left as they are.
    public var isNone: Bool { !movesWholePixels && !warps && eraseChance == 0 }

    /// Whether pixels come to lie between pixels.
    var warps: Bool { rotation != 0 || scale != 0 || shear != 0 || elasticity != 0 }
    private var movesWholePixels: Bool { shift != 0 || flip }

    /// Checks that every amount makes sense.
    /// - Throws: ``DataError`` that names the amount and its range.
    public func check() throws(DataError) {
        let amounts: [(String, Float, ClosedRange<Float>)] = [
            ("shift", shift, 0...1024), ("rotation", rotation, 0...180), ("scale", scale, 0...0.9),
            ("shear", shear, 0...2), ("elasticity", elasticity, 0...1024),
            ("elastic spacing", elasticSpacing, 1...1024),
            ("erase chance", eraseChance, 0...1), ("erase side", eraseSide, 0...1),
        ]
        for (name, amount, range) in amounts where !range.contains(amount) {
            throw DataError(
                problem: "augmentation: \(name) is \(amount)",
                remedy: "give a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
