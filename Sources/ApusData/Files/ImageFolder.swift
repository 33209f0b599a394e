import ApusFiles

extension Dataset {
    /// Height and width that images are brought to.
    public struct PixelSize: Equatable, Sendable {
        public var height: Int
        public var width: Int

        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }

        /// Reads `28x32`: height and width, each from 1 to 8192. Nil for other text.
        public init?(_ text: String) {
            let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let height = parts[0], let width = parts[1], 1...8192 ~= height, 1...8192 ~= width
            else { return nil }
            self.init(height: height, width: width)
        }
    }

    /// Reads a folder of images by class: each folder in it is a class, named so, and holds PNG, PGM and PPM files.
    ///
    /// Classes and files come in the order of their names' bytes; names that begin with a dot are passed over. Where one
    /// image has color, all have: gray is repeated for red, green and blue.
    /// - Parameters:
    ///   - folder: its path.
    ///   - size: what all images are brought to, each axis by itself; nil where they must agree.
    ///   - classNames: the classes that are known, where this is the test half of others; nil for those of the folder.
    /// - Throws: ``DataError`` that names the file that is no image, or has another size.
    public static func loadImages(folder: String, size: PixelSize? = nil, classNames: [String]? = nil)
        throws(DataError) -> Dataset
    {
        let folders = try classFolders(in: folder)
        guard !folders.isEmpty else {
            throw DataError(
                file: folder, problem: "has no folders of images in it", remedy: "make one folder for each class")
        }
        guard folders.count <= maximumClasses else {
            throw DataError(file: folder, problem: "has \(folders.count) folders, more than \(maximumClasses) classes")
        }
        let names = classNames ?? folders
        var images = ImageStack(size: size)
        var labels: [Int32] = []
        for name in folders {
            guard let label = names.firstIndex(of: name) else {
                throw DataError(
                    file: "\(folder)/\(name)", problem: "is a class that is not known: there are \(list(names))",
                    remedy: "use the classes of the training part")
            }
            for file in try listFolder("\(folder)/\(name)") {
                try images.add(Image.read("\(folder)/\(name)/\(file)"), file: "\(folder)/\(name)/\(file)")
                labels.append(Int32(label))
            }
        }
        guard let shape = images.shape else {
            throw DataError(
                file: folder, problem: "has no image in its folders", remedy: "put PNG, PGM or PPM files there")
        }
        return try naming(folder) { () throws(DataError) in
            try Dataset(
                channels: shape.channels, height: shape.height, width: shape.width, images: images.bytes,
                labels: labels, classNames: names, hasNamedClasses: true)
        }
    }

    /// The names of the folders in a folder.
    static func classFolders(in folder: String) throws(DataError) -> [String] {
        try listFolder(folder).filter { isFolder("\(folder)/\($0)") }
    }
}

/// Images of one size, one behind the other.
private struct ImageStack {
    private let size: Dataset.PixelSize?
    private(set) var bytes: [UInt8] = []
    private(set) var shape: Dataset.ImageSize?
    private var count = 0
    /// The image that the others must be as large as.
    private var firstFile = ""

    init(size: Dataset.PixelSize?) { self.size = size }

    mutating func add(_ image: Image, file: String) throws(DataError) {
        let image = size.map { image.resized(to: $0) } ?? image
        if shape == nil {
            shape = .init(channels: image.channels, height: image.height, width: image.width)
            firstFile = file
        }
        guard var shape else { return }
        guard image.height == shape.height, image.width == shape.width else {
            throw DataError(
                file: file,
                problem: "has \(image.width) × \(image.height) pixels, and \(firstFile) has "
                    + "\(shape.width) × \(shape.height)",
                remedy: "give all images one size, or have them brought to one", setting: .size)
        }
        let pixels = shape.height * shape.width
        if image.channels > shape.channels {
            bytes = repeated(bytes, pixels: pixels, times: image.channels)
            shape.channels = image.channels
            self.shape = shape
        }
        guard boundedProduct([count + 1, shape.channels, pixels], limit: DataColumn.maximumElements) != nil else {
            throw DataError(
                file: file,
                problem: "is one image too many: together they have more than \(DataColumn.maximumElements) pixels",
                remedy: "make the images smaller" + (MemoryLimit.bytes < .max ? ", or \(MemoryLimit.remedy)" : ""),
                setting: .size)
        }
        bytes +=
            image.channels < shape.channels ? repeated(image.bytes, pixels: pixels, times: shape.channels) : image.bytes
        count += 1
    }

    /// Planes of gray, each repeated.
    private func repeated(_ planes: [UInt8], pixels: Int, times: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(planes.count * times)
        for start in stride(from: 0, to: planes.count, by: pixels) {
            for _ in 0..<times { result += planes[start..<start + pixels] }
        }
        return result
    }
}

extension Image {
    /// The image in another size, each axis by itself: averaged where it gets smaller, interpolated where it grows.
    public func resized(to size: Dataset.PixelSize) -> Image {
        guard size.height != height || size.width != width else { return self }
        let rows = ResampledAxis(from: height, to: size.height)
        let columns = ResampledAxis(from: width, to: size.width)
        var result: [UInt8] = []
        result.reserveCapacity(channels * size.height * size.width)
        for channel in 0..<channels {
            let plane = Array(bytes[channel * height * width..<(channel + 1) * height * width])
            result += resample(plane, width: width, rows: rows, columns: columns).map {
                UInt8(min(max($0 + 0.5, 0), 255))
            }
        }
        return Image(channels: channels, height: size.height, width: size.width, bytes: result)
    }
}
