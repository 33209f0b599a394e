import ApusData

/// Samples of a data set as one image, which a page holds once and shows in parts.
struct PictureSheet {
    private let places: [Int: Int]
    private let columns: Int
    /// Pixels of a picture on the sheet.
    private let height: Int
    private let width: Int
    private let address: String
    private let rows: Int

    /// Bytes of all pictures before they are compressed; text of the page takes a third more.
    private static let room = 330_000

    /// - Parameter samples: their numbers in the data set; those that repeat are there once.
    /// - Returns: nil where samples are no pictures that can be shown, or there is none.
    init?(_ dataset: Dataset, samples: [Int]) {
        guard let size = dataset.images, size.channels == 1 || size.channels == 3 else { return nil }
        var places: [Int: Int] = [:]
        var order: [Int] = []
        for sample in samples where places[sample] == nil {
            places[sample] = order.count
            order.append(sample)
        }
        guard !order.isEmpty else { return nil }
        // Larger pictures become smaller by whole factors, which is what the page has room for.
        var factor = 1
        func pixels() -> (height: Int, width: Int) {
            (max(1, size.height / factor), max(1, size.width / factor))
        }
        while order.count * size.channels * pixels().height * pixels().width > Self.room, factor < 1 << 14 {
            factor += 1
        }
        let (height, width) = pixels()
        let columns = min(order.count, max(1, 1024 / width))
        let rows = (order.count + columns - 1) / columns
        var bytes = [UInt8](repeating: 0, count: size.channels * rows * height * columns * width)
        for (place, sample) in order.enumerated() {
            guard let image = dataset.image(sample) else { continue }
            let corner = place / columns * height * columns * width + place % columns * width
            for channel in 0..<size.channels {
                let plane = channel * rows * height * columns * width
                for y in 0..<height {
                    for x in 0..<width {
                        bytes[plane + corner + y * columns * width + x] = Self.mean(
                            image, channel: channel, y: y * factor, x: x * factor, factor: factor)
                    }
                }
            }
        }
        let sheet = Image(channels: size.channels, height: rows * height, width: columns * width, bytes: bytes)
        guard let file = try? sheet.encodePNG(name: "pictures") else { return nil }
        self.places = places
        self.columns = columns
        self.rows = rows
        self.height = height
        self.width = width
        address = "data:image/png;base64," + base64(file)
    }

    /// The mean of a square of pixels, as far as the image goes.
    private static func mean(_ image: Image, channel: Int, y: Int, x: Int, factor: Int) -> UInt8 {
        let rows = y..<min(y + factor, image.height)
        let columns = x..<min(x + factor, image.width)
        var sum = 0
        for row in rows {
            for column in columns { sum += Int(image.bytes[(channel * image.height + row) * image.width + column]) }
        }
        return UInt8(sum / max(1, rows.count * columns.count))
    }

    /// The sheet itself, which is not seen, and must be on the page.
    var definition: HTML {
        HTML(
            "svg", ["class": "hidden", "aria-hidden": "true"],
            [
                HTML(
                    "image",
                    [
                        "id": "pictures", "width": "\(columns * width)", "height": "\(rows * height)", "href": address,
                    ])
            ])
    }

    /// A picture; nil where the sheet doesn't have it.
    /// - Parameter text: what is to be seen.
    func picture(_ sample: Int, _ text: String) -> HTML? {
        guard let place = places[sample] else { return nil }
        let (x, y) = (place % columns * width, place / columns * height)
        return HTML(
            "svg",
            [
                "class": "picture", "role": "img", "aria-label": text,
                "viewBox": "\(x) \(y) \(width) \(height)",
            ], [HTML("use", ["href": "#pictures"])])
    }
}
