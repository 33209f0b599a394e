import Glibc

/// Labelled images, all of one size, in memory.
public struct ImageDataset: Sendable {
    /// Which of a data set's two halves.
    public enum Part: String, Sendable, CaseIterable {
        case training, test
    }

    public let channels: Int
    public let height: Int
    public let width: Int
    /// The pixels, [count, channels, height, width], row-major, 0...255.
    public let images: [UInt8]
    /// The class of each image, below `classNames.count`.
    public let labels: [UInt8]
    public let classNames: [String]

    public var count: Int { labels.count }
    /// Bytes of one image.
    public var imageSize: Int { channels * height * width }

    /// A data set of images and their labels.
    /// - Throws: ``DataError`` where the counts differ or a label has no name.
    public init(
        channels: Int, height: Int, width: Int, images: [UInt8], labels: [UInt8], classNames: [String]
    ) throws(DataError) {
        guard let size = boundedProduct([channels, height, width], limit: Image.greatestPixelCount * 3), size > 0 else {
            throw DataError(problem: "images of \(channels) × \(height) × \(width) are not supported")
        }
        guard images.count % size == 0, images.count / size == labels.count else {
            throw DataError(
                problem:
                    "\(images.count) bytes of images of \(channels) × \(height) × \(width) for \(labels.count) labels",
                remedy: "give one label for each image")
        }
        if let index = labels.firstIndex(where: { Int($0) >= classNames.count }) {
            throw DataError(
                problem: "label \(index) is \(labels[index]), and there are \(classNames.count) classes",
                remedy: "labels count from 0")
        }
        self.channels = channels
        self.height = height
        self.width = width
        self.images = images
        self.labels = labels
        self.classNames = classNames
    }

    /// The bytes of one image in ``images``.
    public func range(of index: Int) -> Range<Int> {
        index * imageSize..<(index + 1) * imageSize
    }

    /// One image, as a value of its own.
    public func image(_ index: Int) -> Image {
        Image(channels: channels, height: height, width: width, bytes: Array(images[range(of: index)]))
    }

    /// The images `range`, in order. The range lies within 0..<count.
    public func subset(_ range: Range<Int>) -> ImageDataset {
        ImageDataset(
            self, images: Array(images[range.lowerBound * imageSize..<range.upperBound * imageSize]),
            labels: Array(labels[range]))
    }

    /// The images with these numbers, in this order.
    public func subset(_ indices: [Int32]) -> ImageDataset {
        var chosen: [UInt8] = []
        chosen.reserveCapacity(indices.count * imageSize)
        for index in indices { chosen.append(contentsOf: images[range(of: Int(index))]) }
        return ImageDataset(self, images: chosen, labels: indices.map { labels[Int($0)] })
    }

    private init(_ other: ImageDataset, images: [UInt8], labels: [UInt8]) {
        channels = other.channels
        height = other.height
        width = other.width
        classNames = other.classNames
        self.images = images
        self.labels = labels
    }
}
