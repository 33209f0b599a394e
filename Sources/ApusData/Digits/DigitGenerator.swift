/// Images of digits that look written by hand, each a pure function of (seed, index).
///
/// They are made as MNIST's were (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-Based Learning Applied to Document
/// Recognition" (1998), section III.A): the ink fills a box of 20 × 20 pixels, and its centre of mass lies in the middle of
/// 28 × 28. Ink is 255, paper 0. The digit of index `i` is `i % 10`.
public struct DigitGenerator: Sendable {
    public let seed: UInt64
    /// Pixels along each side of an image.
    public let size: Int

    /// - Parameters:
    ///   - seed: other seeds give other digits.
    ///   - size: 28, or more for images to look at: 28...1024.
    public init(seed: UInt64, size: Int = 28) {
        precondition((28...1024).contains(size), "digits of \(size) pixels")
        self.seed = seed
        self.size = size
    }

    /// The names of the classes: 0 to 9.
    public static var classNames: [String] { (0..<10).map(String.init) }

    /// The digit that ``draw(_:)`` draws for this index.
    public func digit(_ index: Int) -> Int { index % 10 }

    /// Draws one digit. O(size²); about 20 µs for 28 pixels.
    public func draw(_ index: Int) -> Image { Image(channels: 1, height: size, width: size, bytes: pixels(index)) }

    func pixels(_ index: Int) -> [UInt8] {
        var random = CounterRandom(seed: seed, purpose: .digits, stream: UInt64(index))
        let shape = DigitShape(digit: digit(index), pixelsTall: 19.7, random: &random)
        return DigitRenderer(size: size).render(shape, &random)
    }
}

extension Dataset {
    /// Generated digits: those of the indices `first..<first + count`. See ``DigitGenerator``.
    public static func digits(count: Int, seed: UInt64, first: Int = 0) throws(DataError) -> Dataset {
        let generator = DigitGenerator(seed: seed)
        var images: [UInt8] = []
        images.reserveCapacity(count * 784)
        for index in first..<first + count { images.append(contentsOf: generator.pixels(index)) }
        return try Dataset(
            channels: 1, height: 28, width: 28, images: images,
            labels: (first..<first + count).map { Int32(generator.digit($0)) }, classNames: DigitGenerator.classNames,
            preparation: .lightOnDark)
    }
}
