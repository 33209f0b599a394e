import CPNG

extension Image {
    /// Reads a PNG through libpng: gray stays gray, all else becomes RGB; transparent parts become white, 16 bits become 8.
    static func decodePNG(_ file: [UInt8], name: String) throws(DataError) -> Image {
        let bytes = try PNGChunks.needed(of: file, name: name)
        var control = unsafe png_image()
        unsafe control.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { unsafe png_image_free(&control) }
        // libpng keeps the pointer from the first call to the second: both happen within this closure.
        let result: Result<Image, DataError> = unsafe bytes.withUnsafeBytes { memory in
            guard unsafe png_image_begin_read_from_memory(&control, memory.baseAddress, memory.count) != 0 else {
                return unsafe .failure(failure(control, name))
            }
            let isColor = unsafe control.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
            let width = unsafe Int(control.width)
            let height = unsafe Int(control.height)
            do throws(DataError) {
                try checkSize(channels: isColor ? 3 : 1, width: width, height: height, name: name)
            } catch {
                return .failure(error)
            }
            // Without this flag libpng takes 16-bit samples for linear light and changes them.
            unsafe control.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            let channels = isColor ? 3 : 1
            unsafe control.format = format(channels: channels)
            var pixels = [UInt8](repeating: 0, count: width * height * channels)
            var background = png_color(red: 255, green: 255, blue: 255)
            guard unsafe png_image_finish_read(&control, &background, &pixels, 0, nil) != 0 else {
                return unsafe .failure(failure(control, name))
            }
            return .success(Image(channels: channels, height: height, width: width, interleaved: pixels))
        }
        return try result.get()
    }

    /// The bytes of a PNG file.
    package func encodePNG(name: String) throws(DataError) -> [UInt8] {
        precondition(channels == 1 || channels == 3, "a PNG of \(channels) channels")
        var control = unsafe png_image()
        unsafe control.version = png_uint_32(PNG_IMAGE_VERSION)
        unsafe control.width = png_uint_32(width)
        unsafe control.height = png_uint_32(height)
        unsafe control.format = Self.format(channels: channels)
        defer { unsafe png_image_free(&control) }
        let pixels = interleaved
        // Asked without memory, libpng says how much the file takes.
        var size = 0
        guard unsafe png_image_write_to_memory(&control, nil, &size, 0, pixels, 0, nil) != 0 else {
            throw unsafe Self.failure(control, name)
        }
        var bytes = [UInt8](repeating: 0, count: size)
        guard unsafe png_image_write_to_memory(&control, &bytes, &size, 0, pixels, 0, nil) != 0 else {
            throw unsafe Self.failure(control, name)
        }
        return Array(bytes.prefix(size))
    }

    private static func format(channels: Int) -> png_uint_32 {
        channels == 3 ? png_uint_32(PNG_FORMAT_RGB) : png_uint_32(PNG_FORMAT_GRAY)
    }

    /// The error of a call of libpng, in its own words.
    private static func failure(_ control: png_image, _ name: String) -> DataError {
        let message = unsafe withUnsafeBytes(of: control.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return DataError(file: name, problem: "its PNG data is damaged: \(message)", remedy: "save the image again")
    }

    /// An image of pixels that lie as files have them, [height, width, channels].
    init(channels: Int, height: Int, width: Int, interleaved: [UInt8]) {
        guard channels > 1 else {
            self.init(channels: channels, height: height, width: width, bytes: interleaved)
            return
        }
        let pixels = height * width
        var planes = [UInt8](repeating: 0, count: pixels * channels)
        for channel in 0..<channels {
            for pixel in 0..<pixels { planes[channel * pixels + pixel] = interleaved[pixel * channels + channel] }
        }
        self.init(channels: channels, height: height, width: width, bytes: planes)
    }

    /// The pixels as files have them, [height, width, channels].
    private var interleaved: [UInt8] {
        guard channels > 1 else { return bytes }
        let pixels = height * width
        var result = [UInt8](repeating: 0, count: bytes.count)
        for channel in 0..<channels {
            for pixel in 0..<pixels { result[pixel * channels + channel] = bytes[channel * pixels + pixel] }
        }
        return result
    }
}
