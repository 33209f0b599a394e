/// An image in memory: bytes, one plane for each channel.
public struct Image: Equatable, Sendable {
    /// 1 (gray) or 3 (red, green, blue); data sets may have any number.
    public let channels: Int
    public let height: Int
    public let width: Int
    /// The pixels, [channels, height, width], row-major, 0...255.
    public let bytes: [UInt8]

    /// More pixels than this are not read: 64 megapixels.
    public static let maximumPixelCount = 64 << 20

    /// An image of these bytes; there are `channels × height × width` of them.
    public init(channels: Int, height: Int, width: Int, bytes: [UInt8]) {
        precondition(
            channels > 0 && height > 0 && width > 0 && bytes.count == channels * height * width,
            "\(bytes.count) bytes for an image of \(channels) × \(height) × \(width)")
        self.channels = channels
        self.height = height
        self.width = width
        self.bytes = bytes
    }
}
