-- What the key of a package says in its first three parts (matching/07_package_key.sql), for rows that hold nothing else of it.
CREATE MACRO IF NOT EXISTS key_type(package_key) AS split_part(package_key, '|', 1);
CREATE MACRO IF NOT EXISTS key_package(package_key) AS split_part(package_key, '|', 2);
CREATE MACRO IF NOT EXISTS key_version(package_key) AS replace(replace(split_part(package_key, '|', 3), '%7C', '|'), '%25', '%')
